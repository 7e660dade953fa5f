"""Secrets Manager and SSM that reject requests."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ConnectTimeoutError
from tests.lambdas.wire import Moto

OPERATIONS = {"secretsmanager": "GetSecretValue", "ssm": "GetParameter"}


@contextlib.contextmanager
def rejecting(service: str, code: str | None) -> Iterator[list[Request]]:
    """Reject every read with `code`, or be unreachable if it is None; yields the requests."""
    requests: list[Request] = []

    def reject(request: Request) -> Response:
        requests.append(request)
        if code is None:
            raise ConnectTimeoutError("not reached in time")
        body = json.dumps({"__type": code, "message": "no", "Message": "no"}).encode()
        return Response(400, {"x-amzn-errortype": code}, body)

    transport = aws.client(service).transport
    assert isinstance(transport, Moto)
    with transport.watched(OPERATIONS[service], reject):
        yield requests
