"""Secrets Manager and SSM that refuse, at the wire: hooked into real clients before they send."""

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
def refusing(service: str, code: str | None) -> Iterator[list[Any]]:
    """Refuse to read any secret with `code`, or be away if it is None; yields what was asked."""
    asked: list[Any] = []

    def refuse(request: Any, **_: Any) -> AWSResponse:
        asked.append(request)
        if code is None:
            raise ConnectTimeoutError(endpoint_url=request.url)
        body = json.dumps({"__type": code, "message": "no", "Message": "no"}).encode()
        return AWSResponse(request.url, 400, {"x-amzn-errortype": code}, RawBody(body))

    events, name = aws.client(service).meta.events, f"before-send.{service}.{OPERATIONS[service]}"
    events.register_first(name, refuse)
    try:
        yield asked
    finally:
        events.unregister(name, refuse)
