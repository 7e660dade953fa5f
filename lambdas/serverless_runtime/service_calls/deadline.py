"""The time by which an answer is needed, as callers hand it on to those they call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Deadline(NamedTuple):
    """A point in time, which every function of a chain of calls knows.

    The clocks of AWS differ by less than a millisecond.
    """

    at_ms: int
    """Epoch milliseconds."""

    @classmethod
    def of(cls, context: Any, clock: Callable[[], float] = time.time) -> Deadline:
        """Return the end of this invocation, by the context that Lambda gives its handler."""
        return cls(int(clock() * 1_000) + int(context.get_remaining_time_in_millis()))

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.time) -> Deadline:
        """Return the time in so many seconds."""
        return cls(int((clock() + seconds) * 1_000))

    def seconds_left(self, clock: Callable[[], float] = time.time) -> float:
        """Return how long it is until then; less than 0 afterwards."""
        return self.at_ms / 1_000 - clock()
