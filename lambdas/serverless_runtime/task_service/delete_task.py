"""Delete a task, with an event about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.timestamps import now, to_text
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.get_task import get_task
from serverless_runtime.web.conflict_retries import retry_attempts
from serverless_runtime.web.errors import ContentionError, VersionMismatchError


def delete_task(
    task_id: str,
    *,
    accepts: Callable[[int], bool],
    correlation_id: str,
    tasks: DynamoTaskWriter,
    clock: Callable[[], datetime] = now,
) -> None:
    """Delete the task and hand off `task.deleted.v1` with the task as it last was.

    `accepts` returns whether the client's precondition allows a version. Raises NotFoundError,
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
