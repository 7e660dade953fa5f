"""List tasks, newest first, a page at a time. No AWS in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from serverless_runtime.contracts.task import Status, Task


class TaskLister(Protocol):
    """Lists tasks in the order of their creation."""

    def newest_first(
        self, *, status: Status | None, before: str | None, expected: int
    ) -> Iterator[Task]:
        """Yield tasks, newest first, reading only as many as are consumed.

        `status` selects tasks in that status, `before` tasks older than that task id, and
        `expected` is how many will probably be consumed.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Page:
    tasks: list[Task]
    last_id: str | None
    """The next page starts after it; None if this is the last page."""


def list_tasks(*, status: Status | None, limit: int, before: str | None, tasks: TaskLister) -> Page:
    """Return up to `limit` tasks. One more is read, to know whether there is a next page."""
    found = list(
        islice(tasks.newest_first(status=status, before=before, expected=limit + 1), limit + 1)
    )
    page = found[:limit]
    return Page(tasks=page, last_id=page[-1].task_id if len(found) > limit else None)
