"""Expected events, and the invariants. Knows tables and messages, not how they are written.

That an event must exist follows from the task that was stored, not from the runtime's own results.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.task_service.task_rows import task_of
from tests.lambdas.tables import DELIVERIES, OUTBOX, TASKS
from tests.model_tests.expressions import Row
from tests.model_tests.faults import Run
from tests.model_tests.in_memory_dynamo import Change, InMemoryDynamo
from tests.model_tests.services import AsyncQueue, DeadLetterQueue, Provider

CHANNELS = ("email", "pager")
Message = tuple[str, str]
"""An event id and a channel."""


class Ledger:
    """Every event that must be delivered, and those that may be sent twice."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[EventType, str]] = {}
        """Type and task of each committed event, by its id."""

        self.excuses: defaultdict[Message, set[Run]] = defaultdict(set)
        self.violations: list[str] = []
        """Invariants that did not hold, in words."""

    def require(self, holds: bool, invariant: str) -> None:
        """Record a violation; it is raised later, where no code under test can catch it."""
        if not holds and invariant not in self.violations:
            self.violations.append(invariant)

    def changed(self, change: Change, run: Run | None, now: float) -> None:
        """Take note of a write that took effect."""
        table, before, after = change
        if table == DELIVERIES and run is not None:
            self._delivery_changed(before, after, run)
        if table == TASKS and "request_hash" in (after or before or {}):
            kept = before is not None and int(before["expires_at"]["N"]) > now
            self.require(not kept, "an idempotency key stands for its first response")
        elif table == TASKS:
            self._task_changed(before, after)

    def _task_changed(self, before: Row | None, after: Row | None) -> None:
        if after is None and before is not None:
            self._expect("task.deleted.v1", before)
        elif after is not None and before is None:
            self._expect("task.created.v1", after)
        elif after is not None and before is not None:
            version = int(before["version"]["N"]) + 1
            self.require(int(after["version"]["N"]) == version, "no update overwrites another")
            if after["status"]["S"] == "completed" != before["status"]["S"]:
                self._expect("task.completed.v1", after)

    def _expect(self, event_type: EventType, row: Row) -> None:
        task = task_of(row)
        event = TaskEvent.about(task, event_type, time=task.updated_at, correlation_id="any")
        self.events[event.event_id] = event_type, task.task_id

    def _delivery_changed(self, before: Row | None, after: Row | None, run: Run) -> None:
        row = after or before or {}
        message = row["event_id"]["S"], row["part"]["S"]
        if after is not None and after["status"]["S"] == "COMPLETED":
            run.unrecorded.discard(message)
            self.excuses[message].discard(run)

    def committed(self, event_type: EventType, task_id: str) -> bool:
        return (event_type, task_id) in self.events.values()

    def check(
        self,
        dynamo: InMemoryDynamo,
        queue: AsyncQueue,
        dead_letters: DeadLetterQueue,
        provider: Provider,
    ) -> None:
        """Nothing is lost, nothing invented, and nothing sent twice outside the window."""
        sent = Counter(provider.sent)
        kept = {row["event_id"]["S"] for row in dynamo.tables[OUTBOX].values()}
        kept |= {event.payload["id"] for event in queue.events}
        kept |= {_event_id(each.body) for each in dead_letters.messages}
        for event_id, (event_type, _) in self.events.items():
            delivered = all(sent[event_id, channel] for channel in CHANNELS)
            self.require(delivered or event_id in kept, f"{event_type} is not lost")
        for message, times in sent.items():
            self.require(
                message[0] in self.events, "no message is about an event that was not committed"
            )
            allowed = 1 + len(self.excuses[message])
            self.require(times <= allowed, f"{message[1]} is sent {allowed} times at most")

    def undelivered(self, provider: Provider) -> list[str]:
        """Return the types of committed events that some channel has not been served for."""
        sent = set(provider.sent)
        return [
            event_type
            for event_id, (event_type, _) in self.events.items()
            if any((event_id, channel) not in sent for channel in CHANNELS)
        ]


@lru_cache(maxsize=1000)
def _event_id(body: str) -> str:
    content: dict[str, Any] = json.loads(body)
    return str(content.get("requestPayload", content)["id"])
