"""What becomes of a message whose group may be parked. No AWS in here.

A group is parked from its first message that failed for good: that one and all behind it go to the
parking lot, in order. A replay sends them back, and each is done when no earlier one is parked. So
the work that succeeds is in order, whoever fails, is killed or is replayed in between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from serverless_runtime.queue_consumer import Message

log = logging.getLogger(__name__)


class Parked(Protocol):
    """Remembers which messages are parked."""

    def waiting(self, group: str) -> frozenset[str]:
        """Return the sequence numbers of the group's parked messages."""

    def add(self, group: str, sequence: str) -> None:
        """Note that the message is parked."""

    def remove(self, group: str, sequence: str) -> None:
        """Note that the message is done."""


class Lot(Protocol):
    """Keeps parked messages, in order."""

    def send(self, message: Message, sequence: str) -> None:
        """Keep the message; once for each of its stays in the queue."""


class GroupOrder:
    """Does, parks or skips one message at a time. A group's messages never come side by side."""

    def __init__(
        self,
        parked: Parked,
        lot: Lot,
        *,
        max_attempts: int,
        sequence_attribute: str,
        on_parked: Callable[[Message], None],
    ) -> None:
        self._parked = parked
        self._lot = lot
        self._max_attempts = max_attempts
        self._sequence_attribute = sequence_attribute
        self._on_parked = on_parked

    def run(self, message: Message, work: Callable[[Message], object]) -> None:
        """Do the message's work, or park it. Raises what `work` raises before its last attempt."""
        group = str(message.group)
        waiting = self._parked.waiting(group)
        original = message.attributes.get(self._sequence_attribute)
        sequence = original or str(message.sequence_number)
        if original is not None and original not in waiting:
            log.info("replayed, but done before: skipped", extra=message.ids)
        elif waiting and (original is None or original != min(waiting, key=int)):
            self._park(message, sequence, "its group is parked")
        elif message.receives > self._max_attempts:
            # Every attempt before has been killed: nobody was left to park it.
            self._park(message, sequence, "no attempt has ended")
        else:
            self._do(message, sequence, work, is_replay=original is not None)

    def _do(
        self,
        message: Message,
        sequence: str,
        work: Callable[[Message], object],
        *,
        is_replay: bool,
    ) -> None:
        try:
            work(message)
        except (Exception, SystemExit):
            if message.receives < self._max_attempts:
                raise
            log.exception("message failed its last attempt", extra=message.ids)
            self._park(message, sequence, "it failed its last attempt")
            return
        if is_replay:
            self._parked.remove(str(message.group), sequence)

    def _park(self, message: Message, sequence: str, reason: str) -> None:
        # In this order: from the first step on nobody overtakes it, and either can be repeated.
        self._parked.add(str(message.group), sequence)
        self._lot.send(message, sequence)
        log.warning("parked", extra={**message.ids, "sequence": sequence, "reason": reason})
        self._on_parked(message)
