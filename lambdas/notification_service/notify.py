"""Tell people about a task event on every channel, once however often it arrives. No AWS in here.

Effectively once: a record per event and channel is held while sending and completed after. A crash
between the provider's accept and our own record can still send twice; nothing can exclude that.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lambdas.contracts.task_event import TaskEvent

log = logging.getLogger(__name__)


class DeliveryInProgressError(Exception):
    """Another attempt is delivering this event; a retry finds out how that ended."""


class ChannelError(Exception):
    """A channel could not send. Its text becomes the dead letter's reason: say who refused what."""


class NotDeliveredError(Exception):
    """At least one channel failed; a retry tries those again and leaves the others alone."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right of one attempt to deliver one event on one channel."""

    event_id: str
    channel: str
    owner: str


class Deliveries(Protocol):
    """The record of what has been delivered, by event and channel."""

    def start(self, event: TaskEvent, lease: Lease) -> bool:
        """Take the lease and return True, or return False if the event is delivered already.

        Raises DeliveryInProgressError while another owner's lease lasts.
        """
        ...

    def finish(self, lease: Lease, provider_id: str) -> bool:
        """Record the delivery; return False, and change nothing, if the lease was taken over."""
        ...

    def release(self, lease: Lease) -> bool:
        """Give the lease back for a retry; return False, and change nothing, if taken over."""
        ...


class Channel(Protocol):
    """Where people read notifications."""

    @property
    def name(self) -> str:
        """Tells it from the service's other channels; part of the delivery's key."""
        ...

    def send(self, event: TaskEvent) -> str:
        """Tell people about the event and return the provider's id for it. Raises ChannelError."""
        ...


def notify(event: TaskEvent, deliveries: Deliveries, channels: Sequence[Channel]) -> None:
    """Deliver the event on every channel that has not delivered it yet.

    Every channel is tried. Raises DeliveryInProgressError if others hold all that is missing,
    and NotDeliveredError naming each channel that failed, and why.
    """
    # Lambda's request id would not do as the owner: a retry has the same one.
    owner = uuid.uuid4().hex
    failures = {}
    for channel in channels:
        lease = Lease(event_id=event.event_id, channel=channel.name, owner=owner)
        try:
            _deliver(event, lease, deliveries, channel)
        except Exception as error:
            failures[channel.name] = error
            log.warning("not delivered", extra=_fields(event, channel), exc_info=error)
    if not failures:
        return
    text = "; ".join(f"{name}: {_reason(error)}" for name, error in failures.items())
    if all(isinstance(error, DeliveryInProgressError) for error in failures.values()):
        raise DeliveryInProgressError(text)
    raise NotDeliveredError(text)


def _deliver(event: TaskEvent, lease: Lease, deliveries: Deliveries, channel: Channel) -> None:
    fields = _fields(event, channel)
    if not deliveries.start(event, lease):
        log.info("duplicate event skipped", extra=fields)
        return
    try:
        provider_id = channel.send(event)
    except Exception:
        _release(lease, deliveries, fields)
        raise
    fields["provider_id"] = provider_id
    try:
        still_ours = deliveries.finish(lease, provider_id)
    except Exception as error:
        raise ChannelError(
            f"sent as {provider_id}, but that could not be recorded ({_reason(error)}); "
            "a retry sends it again"
        ) from error
    if still_ours:
        log.info("notification sent", extra=fields)
    else:
        log.error("sent after another attempt took over: perhaps twice", extra=fields)


def _release(lease: Lease, deliveries: Deliveries, fields: dict[str, object]) -> None:
    try:
        released = deliveries.release(lease)
    except Exception:
        # The reason for not sending is the one to report; this lease ends by itself.
        log.exception("lease not released", extra=fields)
        return
    if not released:
        log.warning("lease was taken over before it was released", extra=fields)


def _fields(event: TaskEvent, channel: Channel) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "correlation_id": event.correlation_id,
        "event_type": event.event_type,
        "task_id": event.task.task_id,
        "replays": event.replays,
        "channel": channel.name,
    }


def _reason(error: Exception) -> str:
    if isinstance(error, (ChannelError, DeliveryInProgressError)):
        return str(error)
    return f"{type(error).__name__}: {error}"
