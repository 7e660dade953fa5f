"""The leases under which attempts deliver, and the record of how each delivery ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.settings.channel import Guarantee

StartResult = Literal["acquired", "unknown", "delivered", "dead_lettered"]
"""What an attempt finds when it starts.

acquired: the lease is ours, send. unknown: the lease is ours, but an earlier one expired and the
channel must not send again. delivered: a duplicate. dead_lettered: a dead letter exists and this
event is no replay of it, or a newer replay is in progress.
"""


class DeliveryInProgressError(Exception):
    """Another attempt is delivering this event; a retry finds out how that ended."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Allows one attempt to deliver one event on one channel."""

    event_id: str
    channel: str
    owner: str


class DeliveryLeases(Protocol):
    """One record per event and channel. Only the owner of its lease changes it."""

    def start(
        self, event: TaskEvent, lease: Lease, guarantee: Guarantee, recipient: str
    ) -> StartResult:
        """Acquire the lease if it is free, and return what this attempt has to do.

        `recipient` is recorded for people, masked. Raises DeliveryInProgressError while another
        owner's lease is valid.
        """
        ...

    def complete(self, lease: Lease, provider_id: str) -> bool:
        """Record the delivery; return False, and change nothing, if the lease was taken over."""
        ...

    def dead_letter(self, lease: Lease, reason: str) -> bool:
        """Record that a dead letter exists; return False, and change nothing, if taken over."""
        ...

    def release(self, lease: Lease, reason: str) -> bool:
        """Release the lease for a retry; return False, and change nothing, if taken over.

        `reason` is why nothing was sent, or is not known to have been.
        """
        ...
