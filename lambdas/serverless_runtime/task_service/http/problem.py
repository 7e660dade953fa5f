"""Errors as RFC 9457 problem documents.

Each status has one meaning in this API, so `type` is `about:blank` and `title` the status's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class InvalidField:
    """One thing wrong with a request."""

    where: Literal["body", "query", "path", "header"]
    field: str
    """A JSON pointer into the body (empty: all of it), or the parameter's name."""

    detail: str

    def to_document(self) -> dict[str, str]:
        """Return the entry of a problem's `errors`."""
        return {"in": self.where, "field": self.field, "detail": self.detail}


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """Makes the response a problem document; raised anywhere in the HTTP layer."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[InvalidField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def to_document(self, *, instance: str, correlation_id: str) -> dict[str, Any]:
        """Return the problem document; `instance` is a URI reference."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "correlationId": correlation_id,
        }
        if self.errors:
            document["errors"] = [error.to_document() for error in self.errors]
        return document


def invalid_parameter(where: Literal["query", "header"], name: str, detail: str) -> Problem:
    """Return the 400 for one parameter."""
    return Problem(400, f"{name} {detail}", errors=[InvalidField(where, name, detail)])
