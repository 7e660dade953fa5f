"""Get one task. No AWS in here."""

from __future__ import annotations

from typing import Protocol

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.errors import TaskNotFoundError
from serverless_runtime.task_service.task_id import is_task_id


class TaskReader(Protocol):
    """Reads single tasks."""

    def get(self, task_id: str) -> Task | None:
        """Return the task as last written, or None."""
        ...


def get_task(task_id: str, tasks: TaskReader) -> Task:
    """Return the task. Raises TaskNotFoundError, for a malformed id without reading the table."""
    task = tasks.get(task_id) if is_task_id(task_id) else None
    if task is None:
        raise TaskNotFoundError(task_id)
    return task
