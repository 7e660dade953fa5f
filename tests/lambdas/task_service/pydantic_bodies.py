"""The bodies that clients send, described with pydantic; the functions must validate them alike."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from serverless_runtime.contracts.task import STATUSES, Status, Task
from serverless_runtime.shared.timestamps import from_text, to_text
from serverless_runtime.task_service.create_task import Draft

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _rejected(detail: str) -> PydanticCustomError:
    return PydanticCustomError("rejected", detail)


def _title(text: str) -> str:
    if _CONTROL.search(text):
        raise _rejected("must not contain control characters")
    # Fillers and variation selectors are letters and marks to Unicode.
    if not set(text).difference("\u3164\ufe0f") or not any(
        unicodedata.category(each)[0] in "LMNPSC" and unicodedata.category(each) != "Cf"
        for each in text
    ):
        raise _rejected("must have a visible character")
    return text


def _detail(text: str) -> str:
    if _CONTROL_BUT_LINES.search(text):
        raise _rejected("must not contain control characters except tab and line ends")
    return text


def _due_at(text: str) -> str:
    try:
        moment = from_text(text)
    except ValueError as error:
        raise _rejected(f"must be an RFC 3339 date-time: {error}") from error
    if not 1970 <= moment.year <= 9998:
        raise _rejected("must be in the years 1970 to 9998 in UTC")
    return to_text(moment)


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
