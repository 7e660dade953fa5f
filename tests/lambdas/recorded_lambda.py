"""Lambda's side of an invoke, at the wire: hooked into a real client before it sends."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError


class RawBody(io.BytesIO):
    """The body of an answer, which knows whether somebody read it."""

    was_read = False

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        self.was_read = True
        return super().read(*args)

    def stream(self, **_: Any) -> Any:
        yield self.read()


class RecordedLambda:
    """Answers invokes with `status`, or with silence, and keeps what was asked."""

    def __init__(self) -> None:
        self.status = 202
        self.silent = False
        self.before_answer: Callable[[], Any] = lambda: None
        self.payloads: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[RawBody] = []

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        body = request.body if isinstance(request.body, bytes) else request.body.read()
        self.payloads.append(json.loads(body))
        self.headers.append(
            {
                k.lower(): v.decode() if isinstance(v, bytes) else v
                for k, v in request.headers.items()
            }
        )
        self.before_answer()
        if self.silent:
            raise ReadTimeoutError(endpoint_url=request.url)
        refused = self.status >= 400
        raw = RawBody(b'{"Type":"User","message":"no"}' if refused else b"")
        self.bodies.append(raw)
        headers = {"x-amzn-errortype": "AccessDeniedException"} if refused else {}
        return AWSResponse(request.url, self.status, headers, raw)

    @property
    def types(self) -> list[str]:
        """What was handed off, in order."""
        return [payload["type"] for payload in self.payloads]
