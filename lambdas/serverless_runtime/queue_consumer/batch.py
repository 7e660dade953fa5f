"""Calls the work for each message by itself: one that fails or takes too long takes no others with
it."""

from __future__ import annotations

import functools
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from serverless_runtime.queue_consumer.message import Message, UnreadableMessageError
from serverless_runtime.queue_consumer.metrics import (
    DONE,
    FAILED,
    LAST_ATTEMPT_FAILED,
    NAMESPACE,
    POSTPONED,
    QUEUE_NAME,
)
from serverless_runtime.queue_consumer.receiving_queue import ReceivingQueue
from serverless_runtime.queue_consumer.rescue import SECONDS, Rescue
from serverless_runtime.queue_consumer.rescue import Queue as RescuingQueue
from serverless_runtime.shared import json_log
from serverless_runtime.shared.arguments import require_callable, require_list
from serverless_runtime.shared.metrics import write_metrics

RETRY_DELAYS_SECONDS = (10, 60, 300)
MAX_DELAY_SECONDS = 43_200
"""SQS hides a message for 12 hours at most."""

_REPORT_SECONDS = 0.5
"""Without the report, Lambda would return even what is done."""

log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


class Queue(RescuingQueue, Protocol):
    """Where the messages of a batch come from."""

    @property
    def max_receives(self) -> int | None:
        """After how many receives a message is a dead letter."""


def each_message(
    work: Callable[[Message], object],
    *,
    retry_delays_seconds: Sequence[int] = RETRY_DELAYS_SECONDS,
    queue: Callable[[str], Queue] = functools.cache(ReceivingQueue),  # noqa: B008 -- one for all
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """Return a Lambda handler that calls `work` for each message of a batch.

    A message whose work raises is received again: after the first of `retry_delays_seconds`, then
    after the second, and so on, the last one repeated; after its last receive it is a dead letter.
    Work may be called twice for a message. What it returns is ignored.

    No message is begun that the time left would not suffice for, by the longest in its batch. A
    second before the function's timeout, what is done is deleted and what was not begun returned,
    so that work which hangs does not take the rest of its batch with it. Work that exhausts the
    memory or ends the process does: it needs a `batch_size` of 1.
    In a FIFO queue, those behind a failed one of the same group are returned untried, too.

    ValueError for a delay that SQS does not know, and for none at all.
    """
    for name, value in (("work", work), ("queue", queue), ("clock", clock)):
        require_callable(name, value)
    delays = _delays(retry_delays_seconds)

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        json_log.configure(getattr(context, "aws_request_id", None))
        batch = _Batch(work, delays, queue, clock)
        return batch.run(_messages(event), _time_left(context))

    return handle


def _delays(seconds: Sequence[int]) -> tuple[int, ...]:
    require_list("retry_delays_seconds", seconds, int, "a whole number of seconds")
    fitting = all(0 <= each <= MAX_DELAY_SECONDS and not isinstance(each, bool) for each in seconds)
    if not seconds or not fitting:
        raise ValueError(
            f"retry_delays_seconds must be one or more from 0 to {MAX_DELAY_SECONDS}, "
            f"got {tuple(seconds)}"
        )
    return tuple(seconds)


def _messages(event: Mapping[str, Any]) -> list[Message]:
    try:
        return [Message.from_record(record) for record in event["Records"]]
    except (KeyError, TypeError) as error:
        raise UnreadableMessageError(
            "a consumer must be invoked with Records of a queue; send the message to its queue"
        ) from error


def _time_left(context: Any) -> Callable[[], float]:
    remaining_ms: Callable[[], float] | None = getattr(
        context, "get_remaining_time_in_millis", None
    )
    return (lambda: float("inf")) if remaining_ms is None else lambda: remaining_ms() / 1000


class _Batch:
    """One run of the handler."""

    def __init__(
        self,
        work: Callable[[Message], object],
        delays: tuple[int, ...],
        queue: Callable[[str], Queue],
        clock: Callable[[], float],
    ) -> None:
        self._work = work
        self._delays = delays
        self._queue = queue
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._halted: set[str | None] = set()
        """Groups of a FIFO queue in which a message has failed."""

        self._longest = 0.0

    def run(self, messages: list[Message], time_left: Callable[[], float]) -> dict[str, Any]:
        """Return what Lambda needs in order to delete only what was done."""
        not_done = []
        rescue = Rescue(messages, self._queue, time_left)
        with rescue.at_the_end():
            for number, message in enumerate(messages):
                if number and time_left() < self._longest + SECONDS:
                    self._postpone(messages[number:], time_left)
                    not_done += messages[number:]
                    break
                rescue.working_on = number
                is_behind = message.is_fifo and message.group in self._halted
                if is_behind or not self._is_done(message):
                    not_done.append(message)
                else:
                    rescue.done.append(message)
        self._write_metrics(messages[0].queue_name)
        return {"batchItemFailures": [{"itemIdentifier": each.message_id} for each in not_done]}

    def _is_done(self, message: Message) -> bool:
        began = self._clock()
        try:
            self._work(message)
        except KeyboardInterrupt:
            raise
        except BaseException:
            # SystemExit, too, would take the worker and the whole batch.
            self._fail(message)
            return False
        finally:
            self._longest = max(self._longest, self._clock() - began)
        self._counts[DONE] += 1
        return True

    def _fail(self, message: Message) -> None:
        self._counts[FAILED] += 1
        self._halted.add(message.group)
        is_last = self._is_last(message)
        log.exception(
            "message failed",
            extra={**message.ids, "receives": message.receives, "last_attempt": is_last},
        )
        if is_last:
            self._counts[LAST_ATTEMPT_FAILED] += 1
            # At its next receive, which Lambda does not see, SQS moves it to the dead letters.
            self._hide(message, 0)
        else:
            delay = self._delays[min(message.receives, len(self._delays)) - 1]
            self._hide(message, delay)

    def _is_last(self, message: Message) -> bool:
        try:
            most = self._queue(message.queue_arn).max_receives
        except Exception:
            log.warning("last attempts are not recognised", exc_info=True)
            return False
        return most is not None and message.receives >= most

    def _postpone(self, messages: list[Message], time_left: Callable[[], float]) -> None:
        self._counts[POSTPONED] += len(messages)
        log.warning(
            "no time left for the rest of the batch: lower the batch_size or raise the timeout",
            extra={"postponed": len(messages), "longest_seconds": round(self._longest, 3)},
        )
        for each in messages:
            if time_left() < _REPORT_SECONDS:
                # The others come back after the queue's visibility timeout.
                return
            self._hide(each, 0)

    def _hide(self, message: Message, seconds: int) -> None:
        try:
            self._queue(message.queue_arn).hide(message, seconds)
        except Exception:
            # It comes back after the queue's visibility timeout.
            log.warning("visibility not changed", extra=message.ids, exc_info=True)

    def _write_metrics(self, queue_name: str) -> None:
        names = (DONE, FAILED, LAST_ATTEMPT_FAILED, POSTPONED)
        values = {name: ("Count", float(self._counts[name])) for name in names}
        write_metrics(values, {QUEUE_NAME: queue_name}, namespace=NAMESPACE)
