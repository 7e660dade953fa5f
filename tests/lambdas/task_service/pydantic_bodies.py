"""The bodies that clients send, described with pydantic; the functions must validate them alike."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from serverless_runtime.contracts.task import STATUSES, Status, Task
from serverless_runtime.shared.timestamps import from_text, to_text
from serverless_runtime.task_service.create_task import Draft

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DUE_YEAR = re.compile(r"19[7-9]|[2-8]|9[0-8]|99[0-8]|999[0-8]")


def _rejected(detail: str) -> PydanticCustomError:
    return PydanticCustomError("rejected", detail)


def _title(text: str) -> str:
    if _CONTROL.search(text):
        raise _rejected("must not contain control characters")
    return text


def _detail(text: str) -> str:
    if _CONTROL_BUT_LINES.search(text):
        raise _rejected("must not contain control characters except tab and line ends")
    return text


def _due_at(text: str) -> str:
    # In years 1 and 9999 some offsets lead outside of what a date can be in UTC.
    if not _DUE_YEAR.match(text):
        raise _rejected("must be an RFC 3339 date-time in the years 1970 to 9998")
    try:
        return to_text(from_text(text))
    except ValueError as error:
        raise _rejected(f"must be an RFC 3339 date-time: {error}") from error


def _status(value: object) -> object:
    if value not in STATUSES:
        raise _rejected(f"must be one of {', '.join(STATUSES)}")
    return value


def _not_null(value: Any) -> Any:
    if value is None:
        raise _rejected("must not be null; leave it out instead")
    return value


Title = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_title)]
Detail = Annotated[str, Field(max_length=1000), AfterValidator(_detail)]
DueAt = Annotated[str, AfterValidator(_due_at)]
AStatus = Annotated[Status, BeforeValidator(_status)]
# None stands for an absent field; a default is not validated, so a null that was sent is rejected.
NotNull = BeforeValidator(_not_null)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CreateTaskBody(_Body):
    """`POST /tasks`."""

    title: Title
    detail: Annotated[Detail | None, NotNull] = None
    status: AStatus = "pending"
    due_at: Annotated[DueAt | None, NotNull] = Field(default=None, alias="dueAt")

    def draft(self) -> Draft:
        """Return the client's fields of the new task."""
        return Draft(title=self.title, detail=self.detail, status=self.status, due_at=self.due_at)


class ReplaceTaskBody(_Body):
    """`PUT /tasks/{taskId}`: fields that are left out are removed."""

    title: Title
    detail: Annotated[Detail | None, NotNull] = None
    status: AStatus
    due_at: Annotated[DueAt | None, NotNull] = Field(default=None, alias="dueAt")

    def applied_to(self, task: Task) -> Task:
        """Return `task` with this content."""
        return replace(
            task, title=self.title, detail=self.detail, status=self.status, due_at=self.due_at
        )


class PatchTaskBody(_Body):
    """`PATCH /tasks/{taskId}`, a JSON merge patch: fields that are left out stay, null removes."""

    title: Annotated[Title | None, NotNull] = None
    detail: Detail | None = None
    status: Annotated[AStatus | None, NotNull] = None
    due_at: DueAt | None = Field(default=None, alias="dueAt")

    def applied_to(self, task: Task) -> Task:
        """Return `task` with the fields that were sent."""
        return replace(task, **self.model_dump(include=self.model_fields_set))
