"""Clients of the API, at the task service's use cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.task_service.create_task import Draft, TaskCreator, create_task
from serverless_runtime.task_service.delete_task import delete_task
from serverless_runtime.task_service.update_task import update_task
from serverless_runtime.web.http.problem import problem_of
from serverless_runtime.web.idempotency import Claim
from tests.model_tests.faults import Died, Run
from tests.model_tests.simulation import Faults, Simulation

TIMEOUT_SECONDS = 30
_DRAFT = Draft(title="Buy milk")


class Numbered:
    """Gives new tasks ids in order: with random ones, a failure could not be repeated."""

    def __init__(self, tasks: TaskCreator, number: Callable[[], int]) -> None:
        self._tasks = tasks
        self._number = number

    def create(self, task: Task, event: TaskEvent) -> None:
        self._tasks.create(*self._numbered(task, event))

    def create_once(self, task: Task, event: TaskEvent, claim: Claim, at: datetime) -> Task:
        return self._tasks.create_once(*self._numbered(task, event), claim, at)

    def _numbered(self, task: Task, event: TaskEvent) -> tuple[Task, TaskEvent]:
        task = replace(task, task_id=f"019501d2-7c00-7000-8000-{self._number():012d}")
        about = TaskEvent.about(
            task, event.event_type, time=event.time, correlation_id=event.correlation_id
        )
        return task, about


class Clients:
    """Send requests, and check that its responses are true."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._made = 0

    def create(self, key: str | None, faults: Faults) -> int | None:
        """Create a task; return the response's status, None if there was none."""
        run = self._run(faults)

        def request() -> None:
            create_task(
                _DRAFT,
                idempotency_key=key,
                correlation_id="c",
                tasks=Numbered(self._simulation.tasks(run), self._number),
                clock=self._simulation.utc_now,
            )

        known = len(self._simulation.ledger.events)
        status = self._status(request, 201)
        if status == 201 and key is None:
            self._require(len(self._simulation.ledger.events) > known, "a 201 means: committed")
        return status

    def complete(self, task_id: str, faults: Faults) -> int | None:
        """Complete a task."""
        return self._update(task_id, faults, lambda task: replace(task, status="completed"), True)

    def rename(self, task_id: str, faults: Faults) -> int | None:
        """Change a task in a way that emits no event."""
        return self._update(
            task_id, faults, lambda task: replace(task, title=f"{task.title[:50]}!"), False
        )

    def delete(self, task_id: str, faults: Faults) -> int | None:
        """Delete a task."""
        tasks = self._simulation.tasks(self._run(faults))

        def request() -> None:
            delete_task(
                task_id,
                accepts=lambda version: True,
                correlation_id="c",
                tasks=tasks,
                clock=self._simulation.utc_now,
            )

        return self._committed(self._status(request, 204), "task.deleted.v1", task_id)

    def _update(
        self, task_id: str, faults: Faults, change: Callable[[Task], Task], notified: bool
    ) -> int | None:
        tasks = self._simulation.tasks(self._run(faults))

        def request() -> None:
            update_task(
                task_id,
                change,
                accepts=lambda version: True,
                correlation_id="c",
                tasks=tasks,
                clock=self._simulation.utc_now,
            )

        status = self._status(request, 200)
        return self._committed(status, "task.completed.v1", task_id) if notified else status

    def _status(self, request: Callable[[], None], success: int) -> int | None:
        try:
            request()
        except Died:
            return None
        except Exception as error:
            return problem_of(error).status
        return success

    def _committed(self, status: int | None, event_type: EventType, task_id: str) -> int | None:
        if status is not None and status < 300:
            committed = self._simulation.ledger.committed(event_type, task_id)
            self._require(committed, f"a {status} means: committed")
        return status

    def _require(self, holds: bool, invariant: str) -> None:
        self._simulation.ledger.require(holds, invariant)

    def _run(self, faults: Faults) -> Run:
        return Run(self._simulation, faults=faults, timeout_seconds=TIMEOUT_SECONDS)

    def _number(self) -> int:
        self._made += 1
        return self._made
