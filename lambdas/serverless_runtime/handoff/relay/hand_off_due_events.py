"""Hand off what is still in the outbox, shard by shard. No AWS in here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from serverless_runtime.handoff.relay.attempts import Attempts, Each
from serverless_runtime.handoff.relay.ports import DeadLetter, Outbox, Report, Target, WaitingRow

HELP_AFTER = 50
"""Events of one shard after which a run asks for another one that relays this shard alone."""

MAX_FAILURES = 1_000
"""In one shard and run: a target that is down is left alone until the next minute."""

_MAX_ROWS_SEEN = 1_000
"""How many rows that are not due may delay those that are."""


def relay_shard(
    shard: str,
    *,
    outbox: Outbox,
    target: Target,
    dead_letter: DeadLetter,
    minimum_age_seconds: float,
    has_time: Callable[[], bool],
    clock: Callable[[], float] = time.time,
    each: Each = map,
    at_once: int = 1,
    ask_for_help: Callable[[], bool] = lambda: False,
) -> Report:
    """Hand off the shard's events that are older than `minimum_age_seconds` and due, oldest first.

    `at_once` of them are attempted together, if `each` is a pool's, and removed by one request.
    Begins nothing once `has_time` returns False or after MAX_FAILURES, and stops after HELP_AFTER
    events if `ask_for_help` returns True. Raises what reading the outbox raises; what goes wrong
    with one row is logged, and the row is left for a later run.
    """
    started_ms = int(clock() * 1000)
    waiting = outbox.oldest_first(
        shard, committed_before=started_ms - int(minimum_age_seconds * 1000)
    )
    attempts = Attempts(outbox, target, dead_letter, has_time=has_time, clock=clock)
    report, may_ask = Report(), True
    for rows, due in _batches(waiting, at_once, clock):
        age_seconds = max(started_ms - row.committed_at for row in rows) / 1000
        report += Report(oldest_age_seconds=age_seconds, backlog=len(rows))
        if not has_time() or report.failed >= MAX_FAILURES:
            break
        report += attempts.make(due, each)
        if may_ask and report.handed_off >= HELP_AFTER:
            may_ask = False
            if ask_for_help():
                break
    attempts.finish()
    return report


def _batches(
    waiting: Iterable[WaitingRow], at_once: int, clock: Callable[[], float]
) -> Iterator[tuple[list[WaitingRow], list[WaitingRow]]]:
    """Yield some rows, and which of them are due: at most `at_once`."""
    rows: list[WaitingRow] = []
    due: list[WaitingRow] = []
    for row in waiting:
        rows.append(row)
        if row.next_attempt_at <= int(clock() * 1000):
            due.append(row)
        if len(due) == at_once or len(rows) == _MAX_ROWS_SEEN:
            yield rows, due
            rows, due = [], []
    if rows:
        yield rows, due
