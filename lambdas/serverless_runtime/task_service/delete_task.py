"""Delete a task, with an event about it. No AWS in here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.timestamps import now, to_text
from serverless_runtime.task_service.conflict_retries import retry_attempts
from serverless_runtime.task_service.errors import ContentionError, VersionMismatchError
from serverless_runtime.task_service.get_task import TaskReader, get_task


class TaskDeleter(TaskReader, Protocol):
    """Deletes tasks, each together with its event."""

    def delete(self, task: Task, event: TaskEvent) -> bool:
        """Delete the task if the stored one still has its version; return whether it had.

        The event is stored together with the deletion, and handed off.
        """
        ...


def delete_task(
    task_id: str,
    *,
    accepts: Callable[[int], bool],
    correlation_id: str,
    tasks: TaskDeleter,
    clock: Callable[[], datetime] = now,
) -> None:
    """Delete the task and hand off `task.deleted.v1` with the task as it last was.

    `accepts` says which versions the client agreed to delete. Raises TaskNotFoundError,
    VersionMismatchError, ContentionError.
    """
    for _ in retry_attempts():
        task = get_task(task_id, tasks)
        if not accepts(task.version):
            raise VersionMismatchError(task.version)
        event = TaskEvent.about(
            task, "task.deleted.v1", time=to_text(clock()), correlation_id=correlation_id
        )
        if tasks.delete(task, event):
            return
    raise ContentionError("the task was changed by other requests at the same time; try again")
