"""Polls for a condition until a deadline; the error names what was awaited."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from local.errors import ExpectedError

T = TypeVar("T")

_INTERVAL_SECONDS = 0.05
_LONGEST_INTERVAL_SECONDS = 1.0


class DeadlineExceededError(ExpectedError):
    """A condition was not met in time; the message names it and the last result."""


def wait_until(
    poll: Callable[[], T], awaited: str, *, seconds: float, enough: Callable[[T], bool] = bool
) -> T:
    """Call `poll` until `enough` accepts its result (by default: until it is true); return that.

    A poll that takes long is followed by as long a pause, for what is awaited to have a processor.
    Raises DeadlineExceededError naming `awaited` and the last result after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        seen = poll()
        if enough(seen):
            return seen
        ended = time.monotonic()
        if ended >= deadline:
            raise DeadlineExceededError(f"waited {seconds:g} s for {awaited}; last seen: {seen!r}")
        pause = min(max(_INTERVAL_SECONDS, ended - began), _LONGEST_INTERVAL_SECONDS)
        time.sleep(min(pause, deadline - ended))
