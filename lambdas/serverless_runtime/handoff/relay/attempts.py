"""Attempts at rows of the outbox, several at once, and their removal. No AWS in here.

A row is claimed, its event handed off, and the row removed, in this order: a relay that dies in
between leaves the row to a later run. So an event may reach the target twice, and is never lost.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.relay.ports import (
    Claim,
    DeadLetter,
    Outbox,
    Report,
    Target,
    WaitingRow,
)

BACKOFF_SECONDS = (60, 120, 240, 480, 900)
"""After the first attempt, the second, and so on; the last one repeated. Longer than the slowest
attempt (some 26 s, when every response takes as long as it may): no other relay can claim a row
while an attempt on it lasts."""

Made = tuple[Report, Claim | None]
"""What became of one row, and its claim if the event needs the row no longer."""

Each = Callable[[Callable[[WaitingRow], Made], Sequence[WaitingRow]], Iterable[Made]]
"""Calls a function for every row, as `map` does; a pool's `map` does so at once."""

log = logging.getLogger(__name__)


class Attempts:
    """One run's attempts at the rows of one shard."""

    def __init__(
        self,
        outbox: Outbox,
        target: Target,
        dead_letter: DeadLetter,
        *,
        has_time: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._target = target
        self._dead_letter = dead_letter
        self._has_time = has_time
        self._clock = clock
        self._removable: list[Claim] = []

    def make(self, rows: Sequence[WaitingRow], each: Each) -> Report:
        """Attempt every row, then remove those of accepted events by one request.

        What the table was too busy to remove is removed with the next rows.
        """
        total = Report()
        for report, removable in each(self._attempt, rows):
            total += report
            if removable is not None:
                self._removable.append(removable)
        self._removable = self._remove()
        return total

    def finish(self) -> None:
        """Remove what is left over."""
        for claim in self._remove():
            log.warning(log_messages.OUTBOX_ROW_NOT_DELETED, extra=claim.event.ids)

    def _attempt(self, row: WaitingRow) -> Made:
        if not self._has_time():
            return Report(), None
        next_attempt_at = int(self._clock() * 1000) + backoff_seconds(row.attempts + 1) * 1000
        try:
            claim = self._outbox.claim(
                row, owner=os.urandom(16).hex(), next_attempt_at=next_attempt_at
            )
        except Exception:
            log.exception(log_messages.OUTBOX_ROW_NOT_CLAIMED, extra={"event_id": row.event_id})
            return Report(failed=1), None
        if claim is None:
            return Report(), None
        try:
            if not self._target.hand_off(claim.event):
                return Report(failed=1), None
        except NeverAcceptedError as rejection:
            kept = self._is_dead_lettered(claim.event, rejection)
            return Report(failed=1), claim if kept else None
        return Report(handed_off=1), claim

    def _is_dead_lettered(self, event: Event, rejection: NeverAcceptedError) -> bool:
        try:
            self._dead_letter(event, rejection)
        except Exception:
            # The row stays, and a later run tries again.
            log.exception(log_messages.NOT_DEAD_LETTERED, extra=event.ids)
            return False
        log.error(log_messages.NEVER_ACCEPTED, extra={**event.ids, "reason": str(rejection)})
        return True

    def _remove(self) -> list[Claim]:
        """Return the claims to try again with."""
        if not self._removable:
            return []
        try:
            return self._outbox.remove(self._removable)
        except Exception:
            # Harmless: the events are handed off again, and the target skips duplicates.
            for claim in self._removable:
                log.warning(
                    log_messages.OUTBOX_ROW_NOT_DELETED, extra=claim.event.ids, exc_info=True
                )
            return []


def backoff_seconds(attempts: int) -> int:
    """Return how long to wait after the given number of attempts, 1 or more."""
    return BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
