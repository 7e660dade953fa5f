"""What each field of a task may be, and the body that makes one."""

from __future__ import annotations

from serverless_runtime.contracts.task import STATUSES
from serverless_runtime.task_service.create_task import Draft
from serverless_runtime.web.http.body import Field, InvalidFieldError, read_body
from serverless_runtime.web.http.fields import line_of, lines_of, not_null, one_of, timestamp
from serverless_runtime.web.http.request import Request


def draft(request: Request) -> Draft:
    """Read the body of `POST /tasks`. Raises Problem."""
    return Draft(**read_body(request, CREATE))


def _read_only(value: object) -> None:
    raise InvalidFieldError("read-only: leave it out")


title = line_of(100)
detail = lines_of(1000)
status = one_of(STATUSES)

READ_ONLY = {
    "id": "task_id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "version": "version",
}
CREATE = {
    "title": Field("title", title, required=True),
    "detail": Field("detail", not_null(detail)),
    "status": Field("status", status),
    "dueAt": Field("due_at", not_null(timestamp)),
    **{name: Field(attribute, _read_only) for name, attribute in READ_ONLY.items()},
}
