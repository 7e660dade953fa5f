"""A response for API Gateway's HTTP API (payload format 2.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.frozen import field, frozen

__all__ = ["Response", "etag_of"]


@frozen
class Response:
    """An HTTP response; without a document its body is empty."""

    status: int
    """The status code."""

    document: Mapping[str, Any] | None = None
    """The body, a JSON object."""

    content_type: str = "application/json"
    """Of a body."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers beside Content-Type and X-Correlation-Id."""

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


def etag_of(version: int) -> str:
    """Return the ETag of a resource at `version`."""
    return f'"{version}"'
