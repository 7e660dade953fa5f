"""Get one task."""

from __future__ import annotations

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from serverless_runtime.web.errors import NotFoundError
from serverless_runtime.web.ids import is_id


def get_task(task_id: str, tasks: DynamoTaskReader) -> Task:
    """Return the task. Raises NotFoundError, for a malformed id without reading the table."""
    task = tasks.get(task_id) if is_id(task_id) else None
    if task is None:
        raise NotFoundError("there is no task with this id")
    return task
