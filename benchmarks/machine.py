"""How much of the machine others used while something was measured."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import NamedTuple

import psutil

BUSY_SHARE = 0.1


class Moment(NamedTuple):
    """Seconds so far: of the clock, of all processors' work, and of that for us."""

    clock: float
    busy: float
    own: float


def now() -> Moment:
    times = psutil.cpu_times()
    # A guest's time is in that of its user. What the host takes away is not there, either.
    busy = times.user + times.nice + times.system + times.irq + times.softirq + times.steal
    return Moment(time.monotonic(), busy, own_seconds())


def own_seconds() -> float:
    """Processor seconds of this process and of all that it has started, ended ones too."""
    process, total = psutil.Process(), 0.0
    for each in [process, *process.children(recursive=True)]:
        # One may end while we look.
        with suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def others_share(start: Moment, end: Moment, processors: int) -> float:
    """Return the share of all processors that others have used meanwhile."""
    others = (end.busy - start.busy) - (end.own - start.own)
    return max(0.0, others / ((end.clock - start.clock) * processors))


def verdict_since(start: Moment) -> str:
    """Say how busy the machine has been since then."""
    return verdict(others_share(start, now(), psutil.cpu_count() or 1))


def verdict(share: float) -> str:
    """Say in a sentence how busy the machine was."""
    used = f"other processes used {share * 100:.0f} % of the processors while this was measured"
    if share > BUSY_SHARE:
        return f"**On a busy machine:** {used}. Run it again when they have ended."
    return f"On a quiet machine: {used}."
