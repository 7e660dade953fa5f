"""Create a task, with an event about it. No AWS in here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from serverless_runtime.contracts.task import Status, Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.frozen import frozen
from serverless_runtime.shared.timestamps import now, to_text
from serverless_runtime.web.idempotency import Claim, fingerprint_of
from serverless_runtime.web.ids import new_id


@frozen
class Draft:
    """The fields of a new task that a client sets."""

    title: str
    detail: str | None = None
    status: Status = "pending"
    due_at: str | None = None


class TaskCreator(Protocol):
    """Stores new tasks, each together with its event."""

    def create(self, task: Task, event: TaskEvent) -> None:
        """Store the task and the event together, and hand the event off."""
        ...

    def create_once(self, task: Task, event: TaskEvent, claim: Claim, at: datetime) -> Task:
        """Do the same with the claim, or return what the claim's first request stored.

        Raises IdempotencyKeyReusedError if the key belongs to another request, and ContentionError
        while another request with the same key is in progress.
        """
        ...


def create_task(
    draft: Draft,
    *,
    idempotency_key: str | None,
    correlation_id: str,
    tasks: TaskCreator,
    clock: Callable[[], datetime] = now,
) -> Task:
    """Store a new task and hand off `task.created.v1`; return the task.

    With an idempotency key that was used before for the same request, the first task is returned
    as it was then, and nothing is handed off: its event was stored with it. Raises what
    `TaskCreator` raises.
    """
    created_at = clock()
    task = Task(
        task_id=new_id(created_at),
        # Flat, so asdict's copy of every value is not needed.
        **vars(draft),
        created_at=to_text(created_at),
        updated_at=to_text(created_at),
    )
    event = TaskEvent.about(
        task, "task.created.v1", time=task.created_at, correlation_id=correlation_id
    )
    if idempotency_key is None:
        tasks.create(task, event)
        return task
    claim = Claim(key=idempotency_key, fingerprint=fingerprint_of(vars(draft)))
    return tasks.create_once(task, event, claim, created_at)
