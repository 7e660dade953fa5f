"""Ctrl-C, SIGTERM and a closed terminal end a command the same way: what it started is stopped."""

from __future__ import annotations

import signal
from types import FrameType

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def unwind_on_signals() -> None:
    """Turn each such signal into SystemExit, so that every `with` block is left properly."""
    for ending in _ENDINGS:
        signal.signal(ending, _unwind)


def _unwind(number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not interrupt the cleaning up after the first.
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(128 + number)
