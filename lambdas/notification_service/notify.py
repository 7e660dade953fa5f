"""Tell people about a task event on every channel, once however often it arrives. No AWS in here.

Effectively once: a record per event and channel is held while sending and completed after. A crash
between the provider's accept and our own record leaves an unknown outcome; the channel's guarantee
says what becomes of it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from lambdas.contracts.task_event import TaskEvent
from lambdas.notification_service.channel import Channel
from lambdas.notification_service.dead_letters import DeadLetters
from lambdas.notification_service.deliver import Delivery, reason_of
from lambdas.notification_service.deliveries import Deliveries, DeliveryInProgressError, Lease

log = logging.getLogger(__name__)


class NotDeliveredError(Exception):
    """At least one channel failed; a retry tries those again and leaves the others alone."""


def notify(
    event: TaskEvent, deliveries: Deliveries, channels: Sequence[Channel], dead_letters: DeadLetters
) -> None:
    """Deliver the event on every channel that has not delivered it yet.

    Every channel is tried. What a retry cannot help is dead-lettered and is no failure any more.
    Raises DeliveryInProgressError if others hold all that is missing, and NotDeliveredError naming
    each channel that failed, and why.
    """
    # Lambda's request id would not do as the owner: a retry has the same one.
    owner = uuid.uuid4().hex
    failures = {}
    for channel in channels:
        lease = Lease(event_id=event.event_id, channel=channel.name, owner=owner)
        delivery = Delivery(event, lease, channel, deliveries, dead_letters)
        try:
            delivery.attempt()
        except Exception as error:
            failures[channel.name] = error
            log.warning("not delivered", extra=delivery.fields, exc_info=error)
    if not failures:
        return
    text = "; ".join(f"{name}: {reason_of(error)}" for name, error in failures.items())
    if all(isinstance(error, DeliveryInProgressError) for error in failures.values()):
        raise DeliveryInProgressError(text)
    raise NotDeliveredError(text)
