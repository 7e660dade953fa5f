"""Update a task, with an event if that completes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.frozen import replace
from serverless_runtime.shared.timestamps import now, to_text
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.get_task import get_task
from serverless_runtime.web.conflict_retries import retry_attempts
from serverless_runtime.web.errors import ContentionError, VersionMismatchError


def update_task(
    task_id: str,
    change: Callable[[Task], Task],
    *,
    accepts: Callable[[int], bool],
    correlation_id: str,
    tasks: DynamoTaskWriter,
    clock: Callable[[], datetime] = now,
) -> Task:
    """Apply `change` and return the task as stored; an update without a change writes nothing.

    `accepts` returns whether the client's precondition allows a version. The transition into
    completed hands off `task.completed.v1`. Raises NotFoundError, VersionMismatchError,
    ContentionError.
    """
    for _ in retry_attempts():
        before = get_task(task_id, tasks)
        if not accepts(before.version):
            raise VersionMismatchError(before.version)
        wanted = change(before)
        if wanted == before:
            return before
        after = replace(wanted, version=before.version + 1, updated_at=to_text(clock()))
        is_completion = after.status == "completed" != before.status
        event = _completed(after, correlation_id) if is_completion else None
        if tasks.replace(after, version_read=before.version, event=event):
            return after
    raise ContentionError("the task was changed by other requests at the same time; try again")


def _completed(task: Task, correlation_id: str) -> TaskEvent:
    return TaskEvent.about(
        task, "task.completed.v1", time=task.updated_at, correlation_id=correlation_id
    )
