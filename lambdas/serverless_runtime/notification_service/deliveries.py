"""The record of what has been delivered, as the service needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.settings.channel import Guarantee

Standing = Literal["taken", "unknown", "delivered", "given_up"]
"""What an attempt finds when it starts.

taken: the lease is ours, send. unknown: the lease is ours, but an earlier one ran out and the
channel must not send again. delivered: a duplicate. given_up: a dead letter exists that this event
is no replay of, or a newer replay is at work.
"""


class DeliveryInProgressError(Exception):
    """Another attempt is delivering this event; a retry finds out how that ended."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right of one attempt to deliver one event on one channel."""

    event_id: str
    channel: str
    owner: str


class Deliveries(Protocol):
    """What has become of every event on every channel. Only the owner of a lease changes it."""

    def start(self, event: TaskEvent, lease: Lease, guarantee: Guarantee, sent_to: str) -> Standing:
        """Take the lease if it can be had, and say how the delivery stands.

        `sent_to` is kept for people: where the channel sends, masked. Raises
        DeliveryInProgressError while another owner's lease lasts.
        """
        ...

    def finish(self, lease: Lease, provider_id: str) -> bool:
        """Record the delivery; return False, and change nothing, if the lease was taken over."""
        ...

    def give_up(self, lease: Lease, reason: str) -> bool:
        """Record that a dead letter exists; return False, and change nothing, if taken over."""
        ...

    def release(self, lease: Lease, reason: str) -> bool:
        """Give the lease back for a retry; return False, and change nothing, if taken over.

        `reason` is why nothing was sent, or is not known to have been.
        """
        ...
