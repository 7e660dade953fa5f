"""What each field of a task may be, and the body that makes one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from serverless_runtime.contracts.task import STATUSES
from serverless_runtime.shared.timestamps import from_text, to_text
from serverless_runtime.task_service.create_task import Draft
from serverless_runtime.task_service.http.body import (
    JSON,
    Field,
    InvalidFieldError,
    read_body,
)
from serverless_runtime.task_service.http.request import Request

_MAX_TITLE = 100
_MAX_DETAIL = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = (
    r"[\s\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
"""White space, format characters, and what else Unicode's Default_Ignorable_Code_Point and fonts
leave blank. Messages leave most of it out, and a subject would end after \"Task created:\"."""

_DUE_YEARS = range(1970, 9999)

Check = Callable[[object], Any]


def draft(request: Request) -> Draft:
    """Read the body of `POST /tasks`. Raises Problem."""
    return Draft(**read_body(request, CREATE, JSON))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidFieldError("must be text")
    return value


def title(value: object) -> str:
    """Return one line with a visible character, or raise InvalidFieldError, as the others do."""
    text = _text(value)
    if not text:
        raise InvalidFieldError("String should have at least 1 character")
    if len(text) > _MAX_TITLE:
        raise InvalidFieldError(f"String should have at most {_MAX_TITLE} characters")
    if _CONTROL.search(text):
        raise InvalidFieldError("must not contain control characters")
    # Compiled for the few titles that begin in another way.
    if not "!" <= text[0] <= "~" and re.fullmatch(_INVISIBLE, text):
        raise InvalidFieldError("must have a visible character")
    return text


def detail(value: object) -> str:
    """Return a text without control characters but tab and line ends."""
    text = _text(value)
    if len(text) > _MAX_DETAIL:
        raise InvalidFieldError(f"String should have at most {_MAX_DETAIL} characters")
    if _CONTROL_BUT_LINES.search(text):
        raise InvalidFieldError("must not contain control characters except tab and line ends")
    return text


def status(value: object) -> str:
    """Return one of STATUSES."""
    if not isinstance(value, str) or value not in STATUSES:
        raise InvalidFieldError(f"must be one of {', '.join(STATUSES)}")
    return value


def due_at(value: object) -> str:
    """Return the moment in UTC."""
    text = _text(value)
    try:
        moment = from_text(text)
    except ValueError as error:
        raise InvalidFieldError(f"must be an RFC 3339 date-time: {error}") from error
    # What is returned is in UTC, and must be accepted again.
    if moment.year not in _DUE_YEARS:
        raise InvalidFieldError("must be in the years 1970 to 9998 in UTC")
    return to_text(moment)


def _read_only(value: object) -> None:
    raise InvalidFieldError("read-only: leave it out")


def not_null_of(check: Check) -> Check:
    """Return the check with an error of its own for null."""

    def not_null(value: object) -> Any:
        if value is None:
            raise InvalidFieldError("must not be null; leave it out instead")
        return check(value)

    return not_null


READ_ONLY = {
    "id": "task_id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "version": "version",
}
CREATE = {
    "title": Field("title", title, required=True),
    "detail": Field("detail", not_null_of(detail)),
    "status": Field("status", status),
    "dueAt": Field("due_at", not_null_of(due_at)),
    **{name: Field(attribute, _read_only) for name, attribute in READ_ONLY.items()},
}
