"""The tables of the service, which count what happens in them.

What is counted is what the table took: an attempt that lost its lease counts nothing.
"""

from __future__ import annotations

from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.breaker_state import BreakerState
from serverless_runtime.notification_service.deliveries import Lease, Standing
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers
from serverless_runtime.notification_service.dynamo_deliveries import DynamoDeliveries
from serverless_runtime.notification_service.settings.channel import Guarantee
from serverless_runtime.shared.metrics import (
    BREAKER_OPENED,
    CHANNEL,
    DEAD_LETTERED,
    DELIVERED,
    DUPLICATE,
    EVENT_TYPE,
    REPLAYED,
    Counter,
)


class CountedDeliveries(DynamoDeliveries):
    """Counts deliveries, duplicates, dead letters and delivered replays."""

    def __init__(self, table_name: str, counter: Counter, client: Any = None) -> None:
        super().__init__(table_name, client)
        self._counter = counter
        self._started: dict[Lease, TaskEvent] = {}

    def start(self, event: TaskEvent, lease: Lease, guarantee: Guarantee, sent_to: str) -> Standing:
        standing = super().start(event, lease, guarantee, sent_to)
        if standing == "delivered":
            self._count(DUPLICATE, event, lease)
        elif standing in ("taken", "unknown"):
            self._started[lease] = event
        return standing

    def finish(self, lease: Lease, provider_id: str) -> bool:
        event, still_ours = self._started.pop(lease, None), super().finish(lease, provider_id)
        if still_ours and event is not None:
            self._count(DELIVERED, event, lease)
            if event.replays:
                self._count(REPLAYED, event, lease)
        return still_ours

    def give_up(self, lease: Lease, reason: str) -> bool:
        event, still_ours = self._started.pop(lease, None), super().give_up(lease, reason)
        if still_ours and event is not None:
            self._count(DEAD_LETTERED, event, lease)
        return still_ours

    def release(self, lease: Lease, reason: str) -> bool:
        self._started.pop(lease, None)
        return super().release(lease, reason)

    def _count(self, name: str, event: TaskEvent, lease: Lease) -> None:
        # What is after the slash tells recipients apart: too many for a dimension.
        channel = lease.channel.partition("/")[0]
        self._counter.count(name, {EVENT_TYPE: event.event_type, CHANNEL: channel})


class CountedBreakers(DynamoBreakers):
    """Counts how often a breaker opens: once when its provider goes down, and for each failed probe
    while it stays down."""

    def __init__(self, table_name: str, counter: Counter, client: Any = None) -> None:
        super().__init__(table_name, client)
        self._counter = counter

    def open(
        self, channel: str, owner: str, *, failures: int, until: int, now: int
    ) -> BreakerState:
        state = super().open(channel, owner, failures=failures, until=until, now=now)
        return self._counted(state, channel, owner)

    def open_again(
        self, channel: str, owner: str, reason: str, *, until: int, now: int
    ) -> BreakerState:
        state = super().open_again(channel, owner, reason, until=until, now=now)
        return self._counted(state, channel, owner)

    def _counted(self, state: BreakerState, channel: str, owner: str) -> BreakerState:
        # Of several instances that try, one has opened it.
        if state.status == "OPEN" and state.changed_by == owner:
            self._counter.count(BREAKER_OPENED, {CHANNEL: channel}, with_total=True)
        return state
