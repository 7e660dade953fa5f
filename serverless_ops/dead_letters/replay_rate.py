"""How fast dead letters are replayed."""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimiter:
    """Lets `wait` return at most N times per second."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def wait(self) -> None:
        """Return when it is time for the next one."""
        while (early := self._next - self._clock()) > 0:
            self._sleep(early)
        self._next = max(self._next, self._clock() - self._interval) + self._interval
