"""Maps the errors of operations to HTTP problem documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.task_service.errors import (
    ContentionError,
    IdempotencyKeyReusedError,
    StoreUnavailableError,
    TaskNotFoundError,
    VersionMismatchError,
)
from serverless_runtime.task_service.http.problem import InvalidField, Problem
from serverless_runtime.task_service.http.response import etag_of

_RETRY_AFTER_SECONDS = "1"


def problem_of(error: Exception) -> Problem:
    """Return the problem to respond with: 500 for an unexpected error."""
    if isinstance(error, Problem):
        return error
    if type(error) in _PROBLEMS:
        return _PROBLEMS[type(error)](error)
    return Problem(500, "unexpected error; search the log for the correlation id")


def _mismatch(error: VersionMismatchError) -> Problem:
    etag = etag_of(error.version)
    return Problem(412, f"If-Match does not match the task's ETag, which is {etag}")


def _key_reused(_: IdempotencyKeyReusedError) -> Problem:
    return Problem(
        422,
        "this Idempotency-Key was used for a request with another body",
        errors=[InvalidField("header", "Idempotency-Key", "used for another request")],
    )


def _unavailable(_: StoreUnavailableError) -> Problem:
    return Problem(
        503,
        "tasks are temporarily unavailable; try again",
        headers={"Retry-After": _RETRY_AFTER_SECONDS},
    )


_PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    TaskNotFoundError: lambda _: Problem(404, "there is no task with this id"),
    VersionMismatchError: _mismatch,
    ContentionError: lambda error: Problem(409, str(error)),
    IdempotencyKeyReusedError: _key_reused,
    StoreUnavailableError: _unavailable,
}
