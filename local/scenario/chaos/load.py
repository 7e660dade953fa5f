"""Concurrent clients that create, complete and delete tasks, and retry failed requests."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task import Task
from serverless_runtime.contracts.task_event import TaskEvent

CLIENTS = 24
TASKS_PER_CLIENT = 38

_RETRY_ATTEMPTS = 40
_PAUSE_SECONDS = 0.3
_SUCCESS = range(200, 300)


@dataclass
class ExpectedEvents:
    """The events that must be delivered, because the API responded successfully."""

    ids: set[str] = field(default_factory=set)
    failed_requests: int = 0
    """Error responses and missing ones; most were followed by a success."""

    def add(self, document: dict[str, Any], event_type: EventType) -> None:
        self.ids.add(event_id_of(Task.from_document(document), event_type))


def event_id_of(task: Task, event_type: EventType) -> str:
    """The id of the event about a task in its present version."""
    event = TaskEvent.about(task, event_type, time=task.updated_at, correlation_id="chaos")
    return event.event_id


async def load(api_url: str, expected: ExpectedEvents, progress: Callable[[], None]) -> None:
    """Run all clients until they are done."""
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(
        base_url=api_url, trust_env=False, timeout=60, limits=limits
    ) as api:
        await asyncio.gather(*(_client(api, expected, progress) for _ in range(CLIENTS)))


async def _client(
    api: httpx.AsyncClient, expected: ExpectedEvents, progress: Callable[[], None]
) -> None:
    for number in range(TASKS_PER_CLIENT):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        created = await _send(api, expected, "POST", "/tasks", {"title": "Chaos"}, key)
        progress()
        if created is None:
            continue
        document = created.json()
        expected.add(document, "task.created.v1")
        path = f"/tasks/{document['id']}"
        if number % 5 == 0:
            done = await _send(api, expected, "PATCH", path, {"status": "completed"})
            # A retry after a lost response finds it completed already, at the same version.
            if done is not None:
                expected.add(done.json(), "task.completed.v1")
                document = done.json()
        if number % 10 == 0:
            gone = await _send(api, expected, "DELETE", path)
            if gone is not None and gone.status_code in _SUCCESS:
                expected.add(document, "task.deleted.v1")


async def _send(  # noqa: PLR0917 -- as httpx has them
    api: httpx.AsyncClient,
    expected: ExpectedEvents,
    method: str,
    path: str,
    document: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response | None:
    """Send until it succeeds; None if it never does. A 404 means deleted already."""
    for _ in range(_RETRY_ATTEMPTS):
        try:
            response = await api.request(method, path, json=document, headers=headers)
        except httpx.TransportError:
            response = None
        if response is not None and response.status_code in (*_SUCCESS, 404):
            return response if response.status_code in _SUCCESS else None
        expected.failed_requests += 1
        await asyncio.sleep(_PAUSE_SECONDS)
    return None
