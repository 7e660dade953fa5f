"""Parameters of requests, validated."""

from __future__ import annotations

import re
from collections.abc import Mapping

from serverless_runtime.contracts.task import STATUSES, Status
from serverless_runtime.task_service.http.cursor import read_cursor
from serverless_runtime.task_service.http.problem import InvalidField, Problem, invalid_parameter

_DEFAULT_LIMIT = 50
_MAX_LIMIT = 100
_LIMIT = r"[1-9][0-9]{0,2}"
_IDEMPOTENCY_KEY = r"[!-~]{1,255}"


def reject_unknown(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise the 400 for query parameters that an operation does not have: a typo must not pass."""
    unknown = sorted(set(query) - set(known))
    if unknown:
        names = f"this operation has {', '.join(known)}" if known else "this operation has none"
        raise Problem(
            400,
            f"unknown query parameters; {names}",
            errors=[InvalidField("query", name, "unknown") for name in unknown],
        )


def status_filter(query: Mapping[str, str]) -> Status | None:
    """Return the status to list, or None for all."""
    if "status" not in query:
        return None
    for status in STATUSES:
        if query["status"] == status:
            return status
    raise invalid_parameter("query", "status", f"must be one of {', '.join(STATUSES)}, given once")


def page_limit(query: Mapping[str, str]) -> int:
    """Return how many tasks a page may have."""
    text = query.get("limit", str(_DEFAULT_LIMIT))
    if not re.fullmatch(_LIMIT, text) or int(text) > _MAX_LIMIT:
        raise invalid_parameter(
            "query", "limit", f"must be a whole number from 1 to {_MAX_LIMIT}, given once"
        )
    return int(text)


def page_start(query: Mapping[str, str], status: Status | None) -> str | None:
    """Return the task id to continue after, or None to start with the newest."""
    if "cursor" not in query:
        return None
    try:
        return read_cursor(query["cursor"], status)
    except ValueError as error:
        raise invalid_parameter("query", "cursor", str(error)) from error


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the request's Idempotency-Key, if it has one."""
    key = headers.get("idempotency-key")
    if key is not None and not re.fullmatch(_IDEMPOTENCY_KEY, key):
        raise invalid_parameter(
            "header", "Idempotency-Key", "must be 1 to 255 visible ASCII characters, given once"
        )
    return key
