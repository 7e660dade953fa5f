"""People who use the API, through the task service's verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.task_service.create_task import Claim, Draft, TaskCreator, create_task
from serverless_runtime.task_service.delete_task import delete_task
from serverless_runtime.task_service.http.error_mapping import problem_of
from serverless_runtime.task_service.update_task import update_task
from tests.proof.faults import Died, Run
from tests.proof.world import Faults, World

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
    """Send requests, and hold the service to its answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = 0

    def create(self, key: str | None, faults: Faults) -> int | None:
        """Create a task; return the answer's status, None if there was no answer."""
        run = self._run(faults)

        def request() -> None:
            create_task(
                _DRAFT,
                idempotency_key=key,
                correlation_id="c",
                tasks=Numbered(self._world.tasks(run), self._number),
                clock=self._world.moment,
            )

        known = len(self._world.ledger.events)
        status = self._status(request, 201)
        if status == 201 and key is None:
            self._require(len(self._world.ledger.events) > known, "a 201 means: committed")
        return status

    def complete(self, task_id: str, faults: Faults) -> int | None:
        """Complete a task."""
        return self._update(task_id, faults, lambda task: replace(task, status="completed"), True)

    def rename(self, task_id: str, faults: Faults) -> int | None:
        """Change a task in a way that nobody is told of."""
        return self._update(
            task_id, faults, lambda task: replace(task, title=f"{task.title[:50]}!"), False
        )

    def delete(self, task_id: str, faults: Faults) -> int | None:
        """Delete a task."""
        tasks = self._world.tasks(self._run(faults))

        def request() -> None:
            delete_task(
                task_id,
                accepts=lambda version: True,
                correlation_id="c",
                tasks=tasks,
                clock=self._world.moment,
            )

        return self._committed(self._status(request, 204), "task.deleted.v1", task_id)

    def _update(
        self, task_id: str, faults: Faults, change: Callable[[Task], Task], told: bool
    ) -> int | None:
        tasks = self._world.tasks(self._run(faults))

        def request() -> None:
            update_task(
                task_id,
                change,
                accepts=lambda version: True,
                correlation_id="c",
                tasks=tasks,
                clock=self._world.moment,
            )

        status = self._status(request, 200)
        return self._committed(status, "task.completed.v1", task_id) if told else status

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
            committed = self._world.ledger.committed(event_type, task_id)
            self._require(committed, f"a {status} means: committed")
        return status

    def _require(self, kept: bool, promise: str) -> None:
        self._world.ledger.promise_kept(kept, promise)

    def _run(self, faults: Faults) -> Run:
        return Run(self._world, faults=faults, timeout_seconds=TIMEOUT_SECONDS)

    def _number(self) -> int:
        self._made += 1
        return self._made
