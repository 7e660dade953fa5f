"""Deliveries in a dictionary; it passes the same tests as the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.dynamo_deliveries import LEASE_SECONDS
from lambdas.notification_service.notify import DeliveryInProgressError, Lease


@dataclass
class Row:
    owner: str
    lease_until: float | None
    """None once completed."""


class InMemoryDeliveries:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rows: dict[tuple[str, str], Row] = {}

    def start(self, event: TaskEvent, lease: Lease) -> bool:
        row = self.rows.get(_key(lease))
        if row and row.lease_until is None:
            return False
        if row and row.lease_until and row.lease_until >= self._clock():
            raise DeliveryInProgressError("another attempt holds this event")
        self.rows[_key(lease)] = Row(lease.owner, self._clock() + LEASE_SECONDS)
        return True

    def finish(self, lease: Lease, provider_id: str) -> bool:
        row = self.rows.get(_key(lease))
        if not row or row.owner != lease.owner:
            return False
        row.lease_until = None
        return True

    def release(self, lease: Lease) -> bool:
        row = self.rows.get(_key(lease))
        if not row or row.owner != lease.owner:
            return False
        del self.rows[_key(lease)]
        return True


def _key(lease: Lease) -> tuple[str, str]:
    return lease.event_id, lease.channel
