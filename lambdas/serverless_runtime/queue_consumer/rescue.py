"""Saves a batch from a message whose work is still going on when Lambda ends the run.

Lambda then returns the whole batch to its queue: what is done would be done again, and what was not
begun would use up a receive with each run, until it is a dead letter that nobody has tried.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Protocol

from serverless_runtime.queue_consumer.message import Message

SECONDS = 1.0
"""Before the end of the run."""

log = logging.getLogger(__name__)


class Queue(Protocol):
    """Where the messages of a batch come from."""

    def hide(self, message: Message, seconds: int) -> None:
        """Let the message be received again after that time."""

    def delete(self, message: Message) -> None:
        """Let the message not be received again."""


class Rescue:
    """Deletes what is done and returns what was not begun, if the run comes to its last second."""

    def __init__(
        self,
        messages: Sequence[Message],
        queue: Callable[[str], Queue],
        time_left: Callable[[], float],
    ) -> None:
        self._messages = messages
        self._queue = queue
        self._time_left = time_left
        self.done: list[Message] = []
        self.working_on = 0
        """The place of the message in the batch."""

    @contextmanager
    def at_the_end(self) -> Iterator[None]:
        """Be ready while the block runs."""
        seconds = self._time_left() - SECONDS
        if len(self._messages) == 1 or seconds == float("inf"):
            yield
            return
        timer = threading.Timer(max(seconds, 0), copy_context().run, (self._run,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # Or it would go on during the process's next run.
            timer.join()

    def _run(self) -> None:
        at = self.working_on
        log.error(
            "the run ends before the work on this message: it is tried again",
            extra={**self._messages[at].ids, "done": len(self.done)},
        )
        for each in self.done[:]:
            self._try(lambda queue, message: queue.delete(message), each)
        for each in self._messages[at + 1 :]:
            self._try(lambda queue, message: queue.hide(message, 0), each)

    def _try(self, action: Callable[[Queue, Message], None], message: Message) -> None:
        try:
            action(self._queue(message.queue_arn), message)
        except Exception:
            log.warning("not rescued from a run that ends", extra=message.ids, exc_info=True)
