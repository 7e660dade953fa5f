"""List tasks, newest first, a page at a time."""

from __future__ import annotations

from itertools import islice

from serverless_runtime.contracts.task import Status, Task
from serverless_runtime.shared.frozen import frozen
from serverless_runtime.task_service.dynamo_task_lister import DynamoTaskLister


@frozen
class Page:
    tasks: list[Task]
    last_id: str | None
    """The next page starts after it; None if this is the last page."""


def list_tasks(
    *, status: Status | None, limit: int, before: str | None, tasks: DynamoTaskLister
) -> Page:
    """Return up to `limit` tasks. One more is read, to know whether there is a next page."""
    found = list(
        islice(tasks.newest_first(status=status, before=before, expected=limit + 1), limit + 1)
    )
    page = found[:limit]
    return Page(tasks=page, last_id=page[-1].task_id if len(found) > limit else None)
