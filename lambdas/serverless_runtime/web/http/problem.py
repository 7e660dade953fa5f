"""Errors as RFC 9457 problem documents.

Each status has one meaning in an API, so `type` is `about:blank` and `title` the status's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from serverless_runtime.web.errors import (
    ContentionError,
    IdempotencyKeyReusedError,
    NotFoundError,
    StoreUnavailableError,
    VersionMismatchError,
)
from serverless_runtime.web.http.response import etag_of

__all__ = ["InvalidField", "Problem", "invalid_parameter", "problem_of"]

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    423: "Locked",
    428: "Precondition Required",
    429: "Too Many Requests",
    451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class InvalidField(NamedTuple):
    """One thing wrong with a request."""

    where: Literal["body", "query", "path", "header"]
    """Which part of the request."""

    field: str
    """A JSON pointer into the body (empty: all of it), or the parameter's name."""

    detail: str
    """What it must be."""

    def to_document(self) -> dict[str, str]:
        """Return the entry of a problem's `errors`."""
        return {"in": self.where, "field": self.field, "detail": self.detail}


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """Makes the response a problem document; raised anywhere in a handler.

    ValueError for a status that is no error, or that this API has no title for.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[InvalidField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        if status not in _TITLES:
            known = ", ".join(map(str, _TITLES))
            raise ValueError(f"the status of a problem must be one of {known}, got {status}")
        self.status = status
        """Of HTTP."""

        self.detail = detail
        """What is wrong, for the client."""

        self.errors = errors
        """Each thing that is wrong with the request."""

        self.headers = dict(headers or {})
        """Of the response, besides those that every response has."""

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


def problem_of(error: Exception) -> Problem:
    """Return the problem to respond with: 500 for an unexpected error."""
    if isinstance(error, Problem):
        return error
    if type(error) in _PROBLEMS:
        return _PROBLEMS[type(error)](error)
    return Problem(500, "unexpected error; search the log for the correlation id")


_PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    NotFoundError: lambda error: Problem(404, str(error)),
    VersionMismatchError: lambda error: Problem(
        412, f"If-Match does not match the ETag, which is {etag_of(error.version)}"
    ),
    ContentionError: lambda error: Problem(409, str(error)),
    IdempotencyKeyReusedError: lambda _: Problem(
        422,
        "this Idempotency-Key was used for a request with another body",
        errors=[InvalidField("header", "Idempotency-Key", "used for another request")],
    ),
    StoreUnavailableError: lambda _: Problem(
        503, "temporarily unavailable; try again", headers={"Retry-After": "1"}
    ),
}
