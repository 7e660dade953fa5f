"""Lambda's side of an invoke, at the wire."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ResponseTimeoutError
from tests.lambdas.waiting_transport import WaitingTransport


class RawBody(io.BytesIO):
    """The body of a response to boto3."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


class RecordedLambda(WaitingTransport):
    """Implements `Transport`: records invokes; responds with `status`, or not at all."""

    def __init__(self) -> None:
        self.status = 202
        self.unresponsive = False
        self.before_response: Callable[[], Any] = lambda: None
        self.payloads: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []

    def send(self, request: Request) -> Response:
        self.paths.append(request.path)
        self.payloads.append(json.loads(request.body))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.before_response()
        if self.unresponsive:
            raise ResponseTimeoutError("no response")
        if self.status >= 400:
            headers = {"x-amzn-errortype": "AccessDeniedException"}
            return Response(self.status, headers, b'{"Type":"User","message":"no"}')
        return Response(self.status, {}, b"")

    @property
    def handed_off(self) -> list[Any]:
        """What callers handed off, in order."""
        return [payload["data"] for payload in self.payloads]

    @property
    def types(self) -> list[str]:
        """Types of what was handed off, in order."""
        return [payload["type"] for payload in self.payloads]
