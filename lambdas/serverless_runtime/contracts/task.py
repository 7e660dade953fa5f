"""A task as API clients and other services see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from serverless_runtime.shared.characters import problem_in
from serverless_runtime.shared.frozen import frozen
from serverless_runtime.shared.timestamps import from_text

Status = Literal["pending", "in_progress", "completed"]
STATUSES: tuple[Status, ...] = get_args(Status)

_MAX_VERSION = 2**53 - 1  # every JSON reader can hold it


class MalformedTaskError(ValueError):
    """A document is not a task; the text names the field, what it must be, and what it was."""


@frozen
class Task:
    """One thing to do. Timestamps are RFC 3339 text in UTC."""

    task_id: str
    title: str
    detail: str | None = None
    status: Status = "pending"
    due_at: str | None = None
    created_at: str
    updated_at: str
    version: int = 1
    """1 when created; every stored change adds one."""

    def to_document(self) -> dict[str, Any]:
        """Return the task as JSON, camelCase, without the fields it does not have."""
        document = {
            "id": self.task_id,
            "title": self.title,
            "detail": self.detail,
            "status": self.status,
            "dueAt": self.due_at,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "version": self.version,
        }
        return {name: value for name, value in document.items() if value is not None}

    @classmethod
    def from_document(cls, document: object) -> Self:
        """Read what `to_document` wrote; fields this version does not know are ignored.

        Raises MalformedTaskError.
        """
        if not isinstance(document, Mapping):
            raise MalformedTaskError(f"must be an object, got {type(document).__name__}")
        return cls(
            task_id=_text(document, "id"),
            title=_text(document, "title"),
            detail=_text(document, "detail") if "detail" in document else None,
            status=_status(document),
            due_at=_timestamp(document, "dueAt") if "dueAt" in document else None,
            created_at=_timestamp(document, "createdAt"),
            updated_at=_timestamp(document, "updatedAt"),
            version=_version(document),
        )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise MalformedTaskError(f"{name} must be text, got {type(value).__name__}")
    if problem := problem_in(value):
        raise MalformedTaskError(f"{name} must be text, but {problem}")
    return value


def _timestamp(document: Mapping[str, Any], name: str) -> str:
    value = _text(document, name)
    try:
        from_text(value)
    except ValueError as error:
        raise MalformedTaskError(f"{name}: {error}") from error
    return value


def _status(document: Mapping[str, Any]) -> Status:
    value = _text(document, "status")
    for status in STATUSES:
        if value == status:
            return status
    raise MalformedTaskError(f"status must be one of {', '.join(STATUSES)}, got {value[:40]!a}")


def _version(document: Mapping[str, Any]) -> int:
    value = document.get("version")
    if type(value) is not int or not 1 <= value <= _MAX_VERSION:
        raise MalformedTaskError(
            f"version must be a whole number from 1, got {type(value).__name__}"
        )
    return value
