"""Lambda's side of an invoke, at the wire."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from serverless_runtime.shared.aws.connections import Answer, Request
from serverless_runtime.shared.aws.errors import NoAnswerError


class RawBody(io.BytesIO):
    """The body of an answer to boto3."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


class RecordedLambda:
    """Fulfils `Transport`: answers invokes with `status`, or with silence, and keeps what was
    asked."""

    def __init__(self) -> None:
        self.status = 202
        self.silent = False
        self.before_answer: Callable[[], Any] = lambda: None
        self.payloads: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def send(self, request: Request) -> Answer:
        self.payloads.append(json.loads(request.body))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.before_answer()
        if self.silent:
            raise NoAnswerError("silence")
        if self.status >= 400:
            headers = {"x-amzn-errortype": "AccessDeniedException"}
            return Answer(self.status, headers, b'{"Type":"User","message":"no"}')
        return Answer(self.status, {}, b"")

    @property
    def types(self) -> list[str]:
        """What was handed off, in order."""
        return [payload["type"] for payload in self.payloads]
