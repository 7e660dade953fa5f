"""Get one task."""

from __future__ import annotations

from serverless_runtime.contracts.task import Task
from serverless_runtime.task_service.dynamo_task_reader import DynamoTaskReader
from serverless_runtime.task_service.errors import TaskNotFoundError
from serverless_runtime.task_service.task_id import is_task_id


def get_task(task_id: str, tasks: DynamoTaskReader) -> Task:
    """Return the task. Raises TaskNotFoundError, for a malformed id without reading the table."""
    task = tasks.get(task_id) if is_task_id(task_id) else None
    if task is None:
        raise TaskNotFoundError(task_id)
    return task
