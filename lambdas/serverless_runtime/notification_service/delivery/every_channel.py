"""Notifies every channel of a task event, once however often the event arrives.

Effectively once: an attempt holds a lease per event and channel while it sends, and completes its
record afterwards. A crash between the provider's response and our own record leaves an unknown
outcome; the channel's guarantee decides what happens then.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Sequence

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service import log_messages
from serverless_runtime.notification_service.channel import Channel, ChannelError
from serverless_runtime.notification_service.delivery.attempt import (
    DeadLetters,
    DeliveryAttempt,
    reason_of,
)
from serverless_runtime.notification_service.delivery.outcome_metrics import (
    NO_METRICS,
    DeliveryMetrics,
)
from serverless_runtime.once.leases import InProgressError, Lease, Leases
from serverless_runtime.shared.masking import masked

log = logging.getLogger(__name__)

RECORD_SECONDS = 10
"""Reserved for the records around the sending. Usually milliseconds; a write that fails takes up to
9 s, three attempts of 3 s."""


class NotDeliveredError(Exception):
    """At least one channel failed; a retry tries only those again."""


def notify_channels(
    event: TaskEvent,
    leases: Leases,
    channels: Sequence[Channel],
    dead_letters: DeadLetters,
    seconds_left: Callable[[], float] = lambda: math.inf,
    *,
    metrics: DeliveryMetrics = NO_METRICS,
) -> None:
    """Deliver the event on every channel that subscribes to it and has not delivered it yet.

    Every channel is tried for which there is enough time, last those whose attempt began and never
    ended; `seconds_left` returns what remains of the invocation. What a retry cannot help is
    dead-lettered, and no longer counts as a failure. Raises InProgressError if other attempts hold
    the leases of all missing deliveries, and NotDeliveredError with each channel that failed, and
    why.
    """
    # Lambda's request id cannot be the owner: a retry has the same one.
    owner = os.urandom(16).hex()
    failures = {}
    in_turn = [(channel, False) for channel in _in_order(event, channels)]
    for channel, takes_over in in_turn:
        lease = Lease(event_id=event.event_id, part=channel.name, owner=owner)
        attempt = DeliveryAttempt(event, lease, channel, leases, dead_letters, metrics=metrics)
        try:
            _require_time(channel, seconds_left())
            if not attempt.run(takes_over=takes_over):
                # It may have ended the function, and would again before the others' turn.
                in_turn.append((channel, True))
        except Exception as error:
            failures[channel.name] = error
            log.warning(log_messages.NOT_DELIVERED, extra=attempt.fields, exc_info=error)
    if not failures:
        return
    text = "; ".join(f"{name}: {reason_of(error)}" for name, error in failures.items())
    if all(isinstance(error, InProgressError) for error in failures.values()):
        raise InProgressError(text)
    # The runtime logs it; people read who rejected what in the deliveries table, masked likewise.
    raise NotDeliveredError(masked(text))


def _in_order(event: TaskEvent, channels: Sequence[Channel]) -> list[Channel]:
    """Those that subscribe to the event, the ones with a failing provider last: a slow one could
    otherwise use up the time of all attempts before another's turn."""
    subscribed = [channel for channel in channels if event.event_type in channel.event_types]
    if not subscribed:
        log.info(
            "no channel subscribes to this event",
            extra={"event_id": event.event_id, "event_type": event.event_type},
        )
    return sorted(subscribed, key=lambda channel: channel.failures)


def _require_time(channel: Channel, seconds_left: float) -> None:
    needed = channel.budget_seconds + RECORD_SECONDS
    if seconds_left < needed:
        raise ChannelError(
            f"not started: it may take {needed:.0f} s, and the function has {seconds_left:.0f} s "
            "left"
        )
