"""Counts what becomes of notifications.

Only what the table has recorded is counted: an attempt that lost its lease counts nothing.
"""

from __future__ import annotations

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.metrics import (
    CHANNEL,
    DEAD_LETTERED,
    DELIVERED,
    DUPLICATE,
    REPLAYED,
)
from serverless_runtime.shared.metrics import EVENT_TYPE, Counter


class DeliveryMetrics:
    """Emits the metrics through a counter; without one nothing is emitted."""

    def __init__(self, counter: Counter | None) -> None:
        self._counter = counter

    def delivered(self, event: TaskEvent, channel: str) -> None:
        self._count(DELIVERED, event, channel)
        if event.replays:
            self._count(REPLAYED, event, channel)

    def duplicate(self, event: TaskEvent, channel: str) -> None:
        self._count(DUPLICATE, event, channel)

    def dead_lettered(self, event: TaskEvent, channel: str) -> None:
        self._count(DEAD_LETTERED, event, channel)

    def _count(self, name: str, event: TaskEvent, channel: str) -> None:
        if self._counter:
            # What is after the slash identifies the recipient: too many for a dimension.
            dimensions = {EVENT_TYPE: event.event_type, CHANNEL: channel.partition("/")[0]}
            self._counter.count(name, dimensions)


NO_METRICS = DeliveryMetrics(None)
