"""Tell people about a task event on every channel, once however often it arrives. No AWS in here.

Effectively once: a record per event and channel is held while sending and completed after. A crash
between the provider's accept and our own record leaves an unknown outcome; the channel's guarantee
says what becomes of it.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Callable, Sequence

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import Channel, ChannelError
from serverless_runtime.notification_service.dead_letters import DeadLetters
from serverless_runtime.notification_service.deliver import Delivery, reason_of
from serverless_runtime.notification_service.deliveries import (
    Deliveries,
    DeliveryInProgressError,
    Lease,
)
from serverless_runtime.shared.masking import masked

log = logging.getLogger(__name__)

RECORD_SECONDS = 10
"""Kept for what is written around the sending. Milliseconds as a rule; a write that fails takes up
to 9 s, three attempts of 3 s."""


class NotDeliveredError(Exception):
    """At least one channel failed; a retry tries those again and leaves the others alone."""


def notify(
    event: TaskEvent,
    deliveries: Deliveries,
    channels: Sequence[Channel],
    dead_letters: DeadLetters,
    seconds_left: Callable[[], float] = lambda: math.inf,
) -> None:
    """Deliver the event on every channel that wants it and has not delivered it yet.

    Every channel is tried for which the time is enough, `seconds_left` being what remains of the
    invocation. What a retry cannot help is dead-lettered and is no failure any more.
    Raises DeliveryInProgressError if others hold all that is missing, and NotDeliveredError naming
    each channel that failed, and why.
    """
    # Lambda's request id would not do as the owner: a retry has the same one.
    owner = uuid.uuid4().hex
    failures = {}
    for channel in _in_order(event, channels):
        lease = Lease(event_id=event.event_id, channel=channel.name, owner=owner)
        delivery = Delivery(event, lease, channel, deliveries, dead_letters)
        try:
            _require_time(channel, seconds_left())
            delivery.attempt()
        except Exception as error:
            failures[channel.name] = error
            log.warning("not delivered", extra=delivery.fields, exc_info=error)
    if not failures:
        return
    text = "; ".join(f"{name}: {reason_of(error)}" for name, error in failures.items())
    if all(isinstance(error, DeliveryInProgressError) for error in failures.values()):
        raise DeliveryInProgressError(text)
    # The runtime logs it; people read who refused what in the deliveries table, masked likewise.
    raise NotDeliveredError(masked(text))


def _in_order(event: TaskEvent, channels: Sequence[Channel]) -> list[Channel]:
    """Those that want the event, those whose provider fails last: else a slow one could use up
    the time of all attempts before another's turn."""
    wanting = [channel for channel in channels if event.event_type in channel.event_types]
    if not wanting:
        log.info(
            "no channel wants this event",
            extra={"event_id": event.event_id, "event_type": event.event_type},
        )
    return sorted(wanting, key=lambda channel: channel.failures)


def _require_time(channel: Channel, seconds_left: float) -> None:
    needed = channel.budget_seconds + RECORD_SECONDS
    if seconds_left < needed:
        raise ChannelError(
            f"not begun: it may take {needed:.0f} s, and the function has {seconds_left:.0f} s left"
        )
