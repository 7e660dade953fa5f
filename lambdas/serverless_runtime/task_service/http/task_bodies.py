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
    read_body,
)
from serverless_runtime.task_service.http.request import Request

_MAX_TITLE = 100
_MAX_DETAIL = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DUE_YEAR = re.compile(r"19[7-9]|[2-8]|9[0-8]|99[0-8]|999[0-8]")

Check = Callable[[object], Any]


def draft(request: Request) -> Draft:
    """Read the body of `POST /tasks`. Raises Problem, as the others here do."""
    return Draft(**read_body(request, _CREATE, JSON))


def replacement(request: Request) -> Callable[[Task], Task]:
    """Read the body of `PUT /tasks/{taskId}`: fields that are left out are removed."""
    values = {"detail": None, "due_at": None, **read_body(request, _REPLACE, JSON)}
    return lambda task: replace(task, **values)


def patch(request: Request) -> Callable[[Task], Task]:
    """Read the body of `PATCH /tasks/{taskId}`, a JSON merge patch: fields that are left out stay,
    null removes."""
    values = read_body(request, _PATCH, PATCH)
    return lambda task: replace(task, **values)


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
    # In the years 1 and 9999 some offsets lead outside the range of datetime in UTC.
    if not _DUE_YEAR.match(text):
        raise InvalidFieldError("must be an RFC 3339 date-time in the years 1970 to 9998")
    try:
        return to_text(from_text(text))
    except ValueError as error:
        raise InvalidFieldError(f"must be an RFC 3339 date-time: {error}") from error


def _not_null(check: Check) -> Check:
    def not_null(value: object) -> Any:
        if value is None:
            raise InvalidFieldError("must not be null; leave it out instead")
        return check(value)

    return not_null


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


_CREATE = {
    "title": Field("title", _title, required=True),
    "detail": Field("detail", _not_null(_detail)),
    "status": Field("status", _status),
    "dueAt": Field("due_at", _not_null(_due_at)),
}
_REPLACE = {**_CREATE, "status": Field("status", _status, required=True)}
_PATCH = {
    "title": Field("title", _not_null(_title)),
    "detail": Field("detail", _or_null(_detail)),
    "status": Field("status", _not_null(_status)),
    "dueAt": Field("due_at", _or_null(_due_at)),
}
