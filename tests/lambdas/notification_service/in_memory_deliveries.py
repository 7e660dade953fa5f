"""Deliveries in a dictionary; it passes the same tests as the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.deliveries import (
    DeliveryInProgressError,
    Lease,
    Standing,
)
from serverless_runtime.notification_service.dynamo_deliveries import LEASE_SECONDS
from serverless_runtime.notification_service.settings.channel import Guarantee


@dataclass
class Row:
    owner: str
    replays: int
    lease_until: float
    status: str = "IN_PROGRESS"


class InMemoryDeliveries:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rows: dict[tuple[str, str], Row] = {}

    def start(self, event: TaskEvent, lease: Lease, guarantee: Guarantee, sent_to: str) -> Standing:
        row = self.rows.get(_key(lease))
        standing = self._standing(row, event, guarantee) if row else "taken"
        if standing in ("taken", "unknown"):
            self.rows[_key(lease)] = Row(lease.owner, event.replays, self._clock() + LEASE_SECONDS)
        return standing

    def _standing(self, row: Row, event: TaskEvent, guarantee: Guarantee) -> Standing:
        if row.status == "COMPLETED":
            return "delivered"
        if row.status == "WAITING":
            return "taken"
        if row.status == "DEAD_LETTERED":
            return "taken" if event.replays > row.replays else "given_up"
        if row.lease_until >= self._clock():
            raise DeliveryInProgressError("another attempt holds this event")
        if guarantee == "at_least_once" or event.replays > row.replays:
            return "taken"
        return "unknown" if event.replays == row.replays else "given_up"

    def finish(self, lease: Lease, provider_id: str) -> bool:
        return self._end(lease, "COMPLETED")

    def give_up(self, lease: Lease, reason: str) -> bool:
        return self._end(lease, "DEAD_LETTERED")

    def release(self, lease: Lease, reason: str) -> bool:
        return self._end(lease, "WAITING")

    def _end(self, lease: Lease, status: str) -> bool:
        row = self.rows.get(_key(lease))
        if not row or row.owner != lease.owner:
            return False
        row.status = status
        return True


def _key(lease: Lease) -> tuple[str, str]:
    return lease.event_id, lease.channel
