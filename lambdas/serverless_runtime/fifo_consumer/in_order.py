"""Calls the work for each message, and keeps the order of a group whose message fails for good."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from serverless_runtime.fifo_consumer.group_order import GroupOrder
from serverless_runtime.fifo_consumer.metrics import NAMESPACE, PARKED
from serverless_runtime.fifo_consumer.parked_groups import ParkedGroups
from serverless_runtime.fifo_consumer.parking_lot import SEQUENCE_ATTRIBUTE, ParkingLot, as_sent
from serverless_runtime.fifo_consumer.settings import read_fifo_settings
from serverless_runtime.queue_consumer import Message, each_message
from serverless_runtime.queue_consumer.batch import Handler
from serverless_runtime.queue_consumer.metrics import QUEUE_NAME
from serverless_runtime.shared.arguments import require_callable
from serverless_runtime.shared.metrics import write_metrics

RETRY_DELAYS_SECONDS = (1, 10, 60)
"""Shorter than for a standard queue: the whole group waits with the message."""


def each_in_order(
    work: Callable[[Message], object],
    *,
    retry_delays_seconds: Sequence[int] = RETRY_DELAYS_SECONDS,
    order: Callable[[], GroupOrder | None] | None = None,
) -> Handler:
    """Return a Lambda handler that calls `work` for each message of a FIFO queue.

    A message whose work raises is received again after `retry_delays_seconds`, and its group waits.
    What happens after the last attempt is the component's `on_poison`. It sees the message as it
    was sent, whether it has been parked or not. Work may be called twice for
    a message: see `serverless_runtime.once`. ValueError as for `each_message`.
    """
    require_callable("work", work)
    if order is not None:
        require_callable("order", order)
    group_order = order or _order_of_the_environment

    def work_as_sent(message: Message) -> None:
        work(as_sent(message))

    def ordered(message: Message) -> None:
        groups = group_order()
        if groups is None:
            work_as_sent(message)
        else:
            groups.run(message, work_as_sent)

    return each_message(ordered, retry_delays_seconds=retry_delays_seconds)


@functools.cache
def _order_of_the_environment() -> GroupOrder | None:
    settings = read_fifo_settings()
    if settings is None:
        return None
    return GroupOrder(
        ParkedGroups(settings.table_name),
        ParkingLot(settings.dead_letter_queue_url),
        max_attempts=int(settings.max_attempts),
        sequence_attribute=SEQUENCE_ATTRIBUTE,
        on_parked=_count,
    )


def _count(message: Message) -> None:
    write_metrics({PARKED: ("Count", 1)}, {QUEUE_NAME: message.queue_name}, namespace=NAMESPACE)
