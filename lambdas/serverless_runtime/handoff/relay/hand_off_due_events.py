"""Hand off what is still in the outbox. No AWS in here.

A row is claimed, its event handed off, and the row removed, in this order: a relay that dies in
between leaves the row to a later run. So an event may reach the target twice, and is never lost.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event

FIRST_BACKOFF_SECONDS = 60
"""Longer than the slowest attempt (some 26 s, when every response takes as long as it may): no
other relay can claim a row while an attempt on it lasts."""

LONGEST_BACKOFF_SECONDS = 900

MAX_ATTEMPTS_PER_RUN = 1_000
"""In one shard. At some 20 ms each they fit a run; the next run continues a minute later."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class WaitingRow:
    """What the outbox shows of an event before it is claimed. Times: epoch milliseconds."""

    shard: str
    committed: str
    """The sort key."""

    event_id: str

    committed_at: int
    next_attempt_at: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Exclusive: no other relay hands the event off until its next attempt is due."""

    row: WaitingRow
    owner: str
    event: Event


class Outbox(Protocol):
    """Where committed events wait."""

    def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
        """Yield a shard's rows, oldest first, reading only as many as are consumed."""
        ...

    def claim(self, row: WaitingRow, *, owner: str, next_attempt_at: int) -> Claim | None:
        """Claim the row until `next_attempt_at`; None if it is gone or another relay has claimed
        it."""
        ...

    def remove(self, claim: Claim) -> None:
        """Remove the claim's row, unless another has claimed it since."""
        ...


class Target(Protocol):
    """Where events go."""

    def hand_off(self, event: Event) -> bool:
        """Hand the event off; return whether it was accepted. Raises NeverAcceptedError only."""
        ...


DeadLetter = Callable[[Event, NeverAcceptedError], None]
"""Keeps an event that Lambda will never accept, with the reason. May raise."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run found and did."""

    oldest_age_seconds: float = 0
    """Age of the oldest event when the run began; 0 if none was waiting."""

    backlog: int = 0
    """Rows seen. A run that ends early has not seen all."""

    handed_off: int = 0
    failed: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(
            oldest_age_seconds=max(self.oldest_age_seconds, other.oldest_age_seconds),
            backlog=self.backlog + other.backlog,
            handed_off=self.handed_off + other.handed_off,
            failed=self.failed + other.failed,
        )


def relay_shard(
    shard: str,
    *,
    outbox: Outbox,
    target: Target,
    dead_letter: DeadLetter,
    minimum_age_seconds: float,
    has_time: Callable[[], bool],
    clock: Callable[[], float] = time.time,
) -> Report:
    """Hand off the shard's events that are older than `minimum_age_seconds` and due, oldest first.

    Stops when `has_time` returns False, or after MAX_ATTEMPTS_PER_RUN. Raises what reading the
    outbox raises; what goes wrong with one row is logged, and the row is left for a later run.
    """
    started_ms = int(clock() * 1000)
    report = Report()
    waiting = outbox.oldest_first(
        shard, committed_before=started_ms - int(minimum_age_seconds * 1000)
    )
    for row in waiting:
        age_seconds = (started_ms - row.committed_at) / 1000
        report += Report(oldest_age_seconds=age_seconds, backlog=1)
        if not has_time() or report.handed_off + report.failed >= MAX_ATTEMPTS_PER_RUN:
            return report
        now_ms = int(clock() * 1000)
        if row.next_attempt_at <= now_ms:
            report += _relay_row(row, now_ms, outbox, target, dead_letter)
    return report


def backoff_seconds(attempts: int) -> int:
    """Return how long to wait after the given number of attempts, 1 or more."""
    # The exponent is limited too: a row may be attempted for weeks.
    return min(FIRST_BACKOFF_SECONDS << min(attempts - 1, 10), LONGEST_BACKOFF_SECONDS)


def _relay_row(
    row: WaitingRow, now_ms: int, outbox: Outbox, target: Target, dead_letter: DeadLetter
) -> Report:
    next_attempt_at = now_ms + backoff_seconds(row.attempts + 1) * 1000
    try:
        claim = outbox.claim(row, owner=os.urandom(16).hex(), next_attempt_at=next_attempt_at)
    except Exception:
        log.exception(log_messages.OUTBOX_ROW_NOT_CLAIMED, extra={"event_id": row.event_id})
        return Report(failed=1)
    if claim is None:
        return Report()
    try:
        if not target.hand_off(claim.event):
            return Report(failed=1)
    except NeverAcceptedError as rejection:
        if _is_dead_lettered(claim.event, rejection, dead_letter):
            _remove(claim, outbox)
        return Report(failed=1)
    _remove(claim, outbox)
    return Report(handed_off=1)


def _is_dead_lettered(event: Event, rejection: NeverAcceptedError, dead_letter: DeadLetter) -> bool:
    try:
        dead_letter(event, rejection)
    except Exception:
        # The row stays, and a later run tries again.
        log.exception(log_messages.NOT_DEAD_LETTERED, extra=event.ids)
        return False
    log.error(log_messages.NEVER_ACCEPTED, extra={**event.ids, "reason": str(rejection)})
    return True


def _remove(claim: Claim, outbox: Outbox) -> None:
    try:
        outbox.remove(claim)
    except Exception:
        # Harmless: the event is handed off again, and the target skips a duplicate.
        log.warning(log_messages.OUTBOX_ROW_NOT_DELETED, extra=claim.event.ids, exc_info=True)
