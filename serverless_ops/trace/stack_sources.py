"""Where to look for an event: a stack's logs, tables and dead-letter queues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from serverless_ops.aws.best_effort import BestEffort
from serverless_ops.aws.logs import LogLine, lines_with, log_group
from serverless_ops.context import Context
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.queue_location import QueueLocation, queues_of, reading
from serverless_ops.dead_letters.reader import WHY_HIDDEN
from serverless_ops.deliveries.delivery_records import (
    DeliveryRecord,
    deliveries_about,
    deliveries_of_event,
)
from serverless_ops.interrupts import Interrupts
from serverless_ops.outbox.waiting_events import WaitingEvent, waiting_events
from serverless_ops.stack import Stack

T = TypeVar("T")
R = TypeVar("R")

MAX_DEAD_LETTERS = 1_000
"""Per queue, because reading hides them from other readers."""


class StackSources:
    """Implements `Sources` with a deployed stack, for one period of time."""

    def __init__(
        self, context: Context, stack: Stack, interrupts: Interrupts, *, since: datetime
    ) -> None:
        self.best_effort = BestEffort()
        self._context = context
        self._stack = stack
        self._interrupts = interrupts
        self._operations = stack.operations
        self._client = context.clients(stack.connection)
        self._since = since
        self._until = context.now()
        self._groups: dict[str, str] = {}

    def lines(self, text: str) -> list[LogLine]:
        """Return the functions' lines that contain it."""
        functions = {name: (name, known) for name, known in self._operations.functions.items()}
        return self._read("logs", functions, lambda each: self._lines(text, *each))

    def _lines(self, text: str, function: str, name: str) -> list[LogLine]:
        if function not in self._groups:
            self._groups[function] = log_group(self._client("lambda"), name)
        group = {function: self._groups[function]}
        return lines_with(self._client("logs"), group, text, since=self._since, until=self._until)

    def deliveries(self, event_id: str) -> list[DeliveryRecord]:
        """Return the deliveries of an event, however old."""
        return self._records(deliveries_of_event, event_id)

    def deliveries_about(self, subject: str) -> list[DeliveryRecord]:
        """Return the deliveries of all events about it, however old."""
        return self._records(deliveries_about, subject)

    def _records(
        self, find: Callable[[Any, str, str], list[DeliveryRecord]], id_: str
    ) -> list[DeliveryRecord]:
        dynamodb = self._client("dynamodb")
        return self._read(
            "deliveries",
            self._operations.deliveries,
            lambda each: find(dynamodb, each.table_name, id_),
        )

    def outbox(self) -> list[WaitingEvent]:
        """Return what waits in the outboxes."""
        dynamodb, period = self._client("dynamodb"), (self._since, self._until)
        return self._read(
            "outbox",
            self._operations.outboxes,
            lambda each: waiting_events(dynamodb, each.table_name, *period),
        )

    def dead_letters(self) -> list[DeadLetter]:
        """Return what waits in the dead-letter queues, however old."""
        return self._read("dead letters", queues_of(self._stack), self._receive)

    def _receive(self, queue: QueueLocation) -> list[DeadLetter]:
        with reading(queue, self._context, self._interrupts) as reader:
            found = list(reader.receive(MAX_DEAD_LETTERS, before=self._until))
            if others := reader.hidden_elsewhere + reader.unread:
                part = f"dead letters {queue.name}"
                self.best_effort.errors[part] = f"about {others} are hidden: {WHY_HIDDEN}"
            return found

    def _read(
        self, part: str, entries: Mapping[str, T], read: Callable[[T], Iterable[R]]
    ) -> list[R]:
        found = self.best_effort.read_each(part, entries, lambda each: list(read(each)))
        return list(chain.from_iterable(found.values()))
