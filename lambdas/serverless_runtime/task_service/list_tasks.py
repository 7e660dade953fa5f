"""List tasks, newest first, a page at a time. No AWS in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from serverless_runtime.contracts.task import Status, Task


class TasksByAge(Protocol):
    """Tasks in the order they were made."""

    def newest_first(
        self, *, status: Status | None, before: str | None, expected: int
    ) -> Iterator[Task]:
        """Yield tasks from the newest on, reading only as many as are taken.

        `status` keeps those in that status, `before` those older than that task id, and
        `expected` is how many will probably be taken.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Page:
    tasks: list[Task]
    last_id: str | None
    """Where the next page goes on; None if this was the last."""


def list_tasks(*, status: Status | None, limit: int, before: str | None, tasks: TasksByAge) -> Page:
    """Return up to `limit` tasks. One more is read, so that `last_id` promises something."""
    found = list(
        islice(tasks.newest_first(status=status, before=before, expected=limit + 1), limit + 1)
    )
    page = found[:limit]
    return Page(tasks=page, last_id=page[-1].task_id if len(found) > limit else None)
