"""Lambda between a caller and a service, in one process: each line says what becomes of a call."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from serverless_runtime.service_calls.client import Service
from serverless_runtime.service_calls.entry import Handler
from serverless_runtime.service_calls.settings import service_environment
from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.lambda_ import LambdaClient

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:ask-price"

Line = Response | Exception | Handler
"""A response, an error of the connection, or a handler that answers."""


class LambdaSide:
    """Implements `Transport`: plays one line for each call, the last one for all further ones."""

    def __init__(self, *lines: Line) -> None:
        self._lines = list(lines)
        self.requests: list[Request] = []

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What was sent, oldest first."""
        return [json.loads(each.body) for each in self.requests]

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        if isinstance(line, Response):
            return line
        if isinstance(line, Exception):
            raise line
        return run(line, json.loads(request.body))


def run(handler: Any, event: Any) -> Response:
    """What Lambda responds when its function has run."""
    try:
        answer = handler(event, SimpleNamespace(aws_request_id="1"))
    except Exception as error:
        body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        return Response(200, {"x-amz-function-error": "Unhandled"}, body.encode())
    return Response(200, {}, json.dumps(answer).encode())


def a_service(monkeypatch: Any, lambda_side: Any, **settings: str) -> Service:
    """The client of the service "prices", with `quote` safe and `reserve` unsafe."""
    values = {"safe": "quote", "unsafe": "reserve", "budget_seconds": "2", **settings}
    environment = service_environment(
        "prices", function_arn=ARN, component="shop-dev-prices", **values
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client = LambdaClient(ClientConfig(read_timeout=3, total_max_attempts=2))
    if lambda_side is not None:
        client.transport = lambda_side
    return Service("prices", client=client, jitter=lambda: 0.0)
