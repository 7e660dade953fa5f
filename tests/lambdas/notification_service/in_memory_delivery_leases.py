"""Delivery leases in a dictionary; it passes the same tests as the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.delivery_leases import (
    DeliveryInProgressError,
    Lease,
    StartResult,
)
from serverless_runtime.notification_service.dynamo_delivery_leases import LEASE_SECONDS
from serverless_runtime.notification_service.settings.channel import Guarantee


@dataclass
class Row:
    owner: str
    replays: int
    lease_until: float
    status: str = "IN_PROGRESS"


class InMemoryDeliveryLeases:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rows: dict[tuple[str, str], Row] = {}

    def start(
        self, event: TaskEvent, lease: Lease, guarantee: Guarantee, recipient: str
    ) -> StartResult:
        row = self.rows.get(_key(lease))
        result = self._result(row, event, guarantee) if row else "acquired"
        if result in ("acquired", "unknown"):
            self.rows[_key(lease)] = Row(lease.owner, event.replays, self._clock() + LEASE_SECONDS)
        return result

    def _result(self, row: Row, event: TaskEvent, guarantee: Guarantee) -> StartResult:
        if row.status == "COMPLETED":
            return "delivered"
        if row.status == "WAITING":
            return "acquired"
        if row.status == "DEAD_LETTERED":
            return "acquired" if event.replays > row.replays else "dead_lettered"
        if row.lease_until >= self._clock():
            raise DeliveryInProgressError("another attempt holds the lease of this event")
        if guarantee == "at_least_once" or event.replays > row.replays:
            return "acquired"
        return "unknown" if event.replays == row.replays else "dead_lettered"

    def complete(self, lease: Lease, provider_id: str) -> bool:
        return self._end(lease, "COMPLETED")

    def dead_letter(self, lease: Lease, reason: str) -> bool:
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
