"""The bodies that change a task. Functions that create tasks do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.shared.frozen import replace
from serverless_runtime.task_service.http.task_bodies import (
    CREATE,
    READ_ONLY,
    detail,
    status,
    title,
)
from serverless_runtime.web.http.body import (
    PATCH,
    Field,
    invalid_field,
    invalid_fields,
    read_body,
)
from serverless_runtime.web.http.fields import not_null, or_null, timestamp
from serverless_runtime.web.http.request import Request


def replacement(request: Request) -> Callable[[Task], Task]:
    """Read the body of `PUT /tasks/{taskId}`: fields that are left out are removed.

    Raises Problem, as the other does.
    """
    values = {"detail": None, "due_at": None, **read_body(request, _REPLACE)}
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
        for name, attribute in READ_ONLY.items()
        if attribute in values and not _is_same(values[attribute], document[name])
    ]
    if invalid:
        raise invalid_fields(invalid)
    sent = {name: each for name, each in values.items() if name not in READ_ONLY.values()}
    return replace(task, **sent)


def _is_same(value: object, stored: object) -> bool:
    return value == stored and not isinstance(value, bool)


_UNCHANGED = {name: Field(attribute, lambda value: value) for name, attribute in READ_ONLY.items()}
_REPLACE = {**CREATE, **_UNCHANGED, "status": Field("status", status, required=True)}
_PATCH = {
    "title": Field("title", not_null(title)),
    "detail": Field("detail", or_null(detail)),
    "status": Field("status", not_null(status)),
    "dueAt": Field("due_at", or_null(timestamp)),
    **_UNCHANGED,
}
