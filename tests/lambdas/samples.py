"""A task and an event about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent

AT = "2026-03-01T09:30:00.000Z"


def a_task(**changes: Any) -> Task:
    task = Task(
        task_id="019501d2-7c00-7a51-8f3e-52a1c0d9e7b4",
        title="Buy milk",
        created_at=AT,
        updated_at=AT,
    )
    return replace(task, **changes)


def an_event(task: Task | None = None) -> TaskEvent:
    return TaskEvent.about(
        task or a_task(), "task.created.v1", time=AT, correlation_id="order-4711"
    )
