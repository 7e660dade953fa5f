"""A response for API Gateway's HTTP API (payload format 2.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from serverless_runtime.contracts.task import Task


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP response; without a document its body is empty."""

    status: int
    document: Mapping[str, Any] | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self, correlation_id: str) -> dict[str, Any]:
        """Return the gateway's form. JSON in ASCII, so that no text can break the response."""
        headers = {**self.headers, "X-Correlation-Id": correlation_id}
        body = ""
        if self.document is not None:
            headers["Content-Type"] = self.content_type
            body = json.dumps(self.document)
        return {
            "statusCode": self.status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
        }


def task_response(status: int, task: Task, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a task and its ETag."""
    return Response(
        status=status,
        document=task.to_document(),
        headers={**(headers or {}), "ETag": etag_of(task.version)},
    )


def etag_of(version: int) -> str:
    """Return the ETag of a task at `version`."""
    return f'"{version}"'
