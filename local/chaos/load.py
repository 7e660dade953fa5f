"""Clients that create, complete and delete tasks at the same time, and try again when refused."""

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

_TRIES = 40
_PAUSE_SECONDS = 0.3
_SUCCESS = range(200, 300)


@dataclass
class Promises:
    """What the API's successful answers promise to be told of."""

    events: set[str] = field(default_factory=set)
    refused: int = 0
    """Answers that were no success; most were followed by one."""

    def owe(self, document: dict[str, Any], event_type: EventType) -> None:
        self.events.add(event_id_of(Task.from_document(document), event_type))


def event_id_of(task: Task, event_type: EventType) -> str:
    """The id of the event that tells of a task as it is."""
    event = TaskEvent.about(task, event_type, time=task.updated_at, correlation_id="chaos")
    return event.event_id


async def load(api_url: str, promises: Promises, progress: Callable[[], None]) -> None:
    """Let all clients work until they are done."""
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(
        base_url=api_url, trust_env=False, timeout=60, limits=limits
    ) as api:
        await asyncio.gather(*(_client(api, promises, progress) for _ in range(CLIENTS)))


async def _client(api: httpx.AsyncClient, promises: Promises, progress: Callable[[], None]) -> None:
    for number in range(TASKS_PER_CLIENT):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        created = await _send(api, promises, "POST", "/tasks", {"title": "Chaos"}, key)
        progress()
        if created is None:
            continue
        document = created.json()
        promises.owe(document, "task.created.v1")
        path = f"/tasks/{document['id']}"
        if number % 5 == 0:
            done = await _send(api, promises, "PATCH", path, {"status": "completed"})
            # A repeat after a lost answer finds it completed already, at the same version.
            if done is not None:
                promises.owe(done.json(), "task.completed.v1")
                document = done.json()
        if number % 10 == 0:
            gone = await _send(api, promises, "DELETE", path)
            if gone is not None and gone.status_code in _SUCCESS:
                promises.owe(document, "task.deleted.v1")


async def _send(  # noqa: PLR0917 -- as httpx has them
    api: httpx.AsyncClient,
    promises: Promises,
    method: str,
    path: str,
    document: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response | None:
    """Send until it succeeds; None if it never does. A 404 means deleted already."""
    for _ in range(_TRIES):
        try:
            answer = await api.request(method, path, json=document, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code in (*_SUCCESS, 404):
            return answer if answer.status_code in _SUCCESS else None
        promises.refused += 1
        await asyncio.sleep(_PAUSE_SECONDS)
    return None
