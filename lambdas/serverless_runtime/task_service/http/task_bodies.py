"""The bodies that clients send: what each field may be, and how it changes a task."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from serverless_runtime.contracts.task import STATUSES, Task
from serverless_runtime.shared.timestamps import from_text, to_text
from serverless_runtime.task_service.create_task import Draft
from serverless_runtime.task_service.http.body import (
    JSON,
    PATCH,
    Field,
    InvalidFieldError,
    invalid_field,
    invalid_fields,
    read_body,
)
from serverless_runtime.task_service.http.request import Request

_MAX_TITLE = 100
_MAX_DETAIL = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_VISIBLE_ASCII = re.compile("[!-~]")
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
    """Read the body of `POST /tasks`. Raises Problem, as the others here do."""
    return Draft(**read_body(request, _CREATE, JSON))


def replacement(request: Request) -> Callable[[Task], Task]:
    """Read the body of `PUT /tasks/{taskId}`: fields that are left out are removed."""
    values = {"detail": None, "due_at": None, **read_body(request, _REPLACE, JSON)}
    return lambda task: _changed(task, values)


def patch(request: Request) -> Callable[[Task], Task]:
    """Read the body of `PATCH /tasks/{taskId}`, a JSON merge patch: fields that are left out stay,
    null removes."""
    values = read_body(request, _PATCH, PATCH)
    return lambda task: _changed(task, values)


def _changed(task: Task, values: dict[str, Any]) -> Task:
    """Change a task; what only the API sets may be sent back as it is. Raises Problem."""
    document = task.to_document()
    invalid = [
        invalid_field(name, f"read-only: leave it out, or send it as it is, {document[name]}")
        for name, attribute in _READ_ONLY.items()
        if attribute in values and not _is_same(values[attribute], document[name])
    ]
    if invalid:
        raise invalid_fields(invalid)
    sent = {name: each for name, each in values.items() if name not in _READ_ONLY.values()}
    return replace(task, **sent)


def _is_same(value: object, stored: object) -> bool:
    return value == stored and not isinstance(value, bool)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidFieldError("must be text")
    return value


def _title(value: object) -> str:
    text = _text(value)
    if not text:
        raise InvalidFieldError("String should have at least 1 character")
    if len(text) > _MAX_TITLE:
        raise InvalidFieldError(f"String should have at most {_MAX_TITLE} characters")
    if _CONTROL.search(text):
        raise InvalidFieldError("must not contain control characters")
    # Compiled for the few titles without one.
    if not _VISIBLE_ASCII.search(text) and re.fullmatch(_INVISIBLE, text):
        raise InvalidFieldError("must have a visible character")
    return text


def _detail(value: object) -> str:
    text = _text(value)
    if len(text) > _MAX_DETAIL:
        raise InvalidFieldError(f"String should have at most {_MAX_DETAIL} characters")
    if _CONTROL_BUT_LINES.search(text):
        raise InvalidFieldError("must not contain control characters except tab and line ends")
    return text


def _status(value: object) -> str:
    if not isinstance(value, str) or value not in STATUSES:
        raise InvalidFieldError(f"must be one of {', '.join(STATUSES)}")
    return value


def _due_at(value: object) -> str:
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


def _not_null(check: Check) -> Check:
    def not_null(value: object) -> Any:
        if value is None:
            raise InvalidFieldError("must not be null; leave it out instead")
        return check(value)

    return not_null


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_READ_ONLY = {
    "id": "task_id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "version": "version",
}
_UNCHANGED = {name: Field(attribute, lambda value: value) for name, attribute in _READ_ONLY.items()}
_CREATE = {
    "title": Field("title", _title, required=True),
    "detail": Field("detail", _not_null(_detail)),
    "status": Field("status", _status),
    "dueAt": Field("due_at", _not_null(_due_at)),
    **{name: Field(attribute, _read_only) for name, attribute in _READ_ONLY.items()},
}
_REPLACE = {**_CREATE, **_UNCHANGED, "status": Field("status", _status, required=True)}
_PATCH = {
    "title": Field("title", _not_null(_title)),
    "detail": Field("detail", _or_null(_detail)),
    "status": Field("status", _not_null(_status)),
    "dueAt": Field("due_at", _or_null(_due_at)),
    **_UNCHANGED,
}
