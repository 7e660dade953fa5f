"""Secrets Manager and SSM that reject requests: hooked into real clients before they send."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError

from serverless_runtime.shared import aws
from tests.lambdas.recorded_lambda import RawBody

OPERATIONS = {"secretsmanager": "GetSecretValue", "ssm": "GetParameter"}


@contextlib.contextmanager
def rejecting(service: str, code: str | None) -> Iterator[list[Any]]:
    """Reject every read with `code`, or be unreachable if it is None; yields the requests."""
    requests: list[Any] = []

    def reject(request: Any, **_: Any) -> AWSResponse:
        requests.append(request)
        if code is None:
            raise ConnectTimeoutError(endpoint_url=request.url)
        body = json.dumps({"__type": code, "message": "no", "Message": "no"}).encode()
        return AWSResponse(request.url, 400, {"x-amzn-errortype": code}, RawBody(body))

    events, name = aws.client(service).meta.events, f"before-send.{service}.{OPERATIONS[service]}"
    events.register_first(name, reject)
    try:
        yield requests
    finally:
        events.unregister(name, reject)
