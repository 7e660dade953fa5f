"""Where something may be known of an event: a stack's logs, tables and dead-letter queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ops.dead_letter import DeadLetter
from ops.deliveries import DeliveryRecord, deliveries_of_event, deliveries_of_task
from ops.letter_queue import LetterQueue
from ops.log_lines import LogLine, lines_with, log_groups
from ops.outbox import WaitingEvent, waiting_events
from ops.parts import Parts
from ops.surroundings import StackAccess

MOST_LETTERS = 1_000
"""Each that is read is hidden from others meanwhile."""


class StackEvidence:
    """Fulfils `Evidence` with a running stack, for one stretch of time."""

    def __init__(
        self,
        client: Callable[[str], Any],
        access: StackAccess,
        queue: LetterQueue,
        *,
        since: datetime,
        until: datetime,
    ) -> None:
        self.parts = Parts()
        self._client = client
        self._access = access
        self._queue = queue
        self._since = since
        self._until = until
        self._groups: dict[str, str] | None = None

    def lines(self, text: str) -> list[LogLine]:
        """Return the functions' lines that hold it."""
        return self.parts.read("logs", lambda: self._lines(text), [])

    def _lines(self, text: str) -> list[LogLine]:
        if self._groups is None:
            names = self._access.output("functionNames")
            self._groups = log_groups(self._client("lambda"), names)
        return lines_with(
            self._client("logs"), self._groups, text, since=self._since, until=self._until
        )

    def deliveries(self, event_id: str) -> list[DeliveryRecord]:
        """Return what is recorded of an event, whenever that was."""
        return self._records(deliveries_of_event, event_id)

    def deliveries_of_task(self, task_id: str) -> list[DeliveryRecord]:
        """Return what is recorded of a task's events, whenever that was."""
        return self._records(deliveries_of_task, task_id)

    def _records(
        self, look: Callable[[Any, str, str], list[DeliveryRecord]], id_: str
    ) -> list[DeliveryRecord]:
        table = self._access.output("deliveriesTableName")
        return self.parts.read("deliveries", lambda: look(self._client("dynamodb"), table, id_), [])

    def outbox(self) -> list[WaitingEvent]:
        """Return what waits in the outbox; nothing if delivery is direct and there is none."""
        table = self._access.outputs.get("outboxTableName")
        if table is None:
            return []
        return self.parts.read(
            "outbox",
            lambda: list(
                waiting_events(
                    self._client("dynamodb"), table, since=self._since, until=self._until
                )
            ),
            [],
        )

    def dead_letters(self) -> list[DeadLetter]:
        """Return what waits in the dead-letter queue, however long."""
        return self.parts.read(
            "dead letters", lambda: list(self._queue.take(MOST_LETTERS, before=self._until)), []
        )
