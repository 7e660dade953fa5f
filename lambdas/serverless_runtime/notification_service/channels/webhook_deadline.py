"""A deadline for a whole request, whatever the other side does.

A socket's own timeout restarts with every byte; a receiver that sends one byte a second would block
the function until Lambda terminates it.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """A number of seconds from now, for everything that a request does."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = clock() + seconds

    def remaining(self) -> float:
        """Return the seconds left, above 0. Raises TimeoutError when there are none."""
        if (seconds := self._ends_at - self._clock()) <= 0:
            raise TimeoutError("the time limit of the whole request has passed")
        return seconds

    def at_most(self, seconds: float) -> Deadline:
        """Return a deadline that many seconds from now, or this one if it is earlier."""
        return Deadline(min(seconds, self._ends_at - self._clock()), self._clock)
