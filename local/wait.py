"""Waiting for something to become true, with a deadline and a name for what was awaited."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_INTERVAL_SECONDS = 0.05


class NeverHappenedError(Exception):
    """Something awaited was not there by its deadline; the text says what and what was seen."""


def wait_until(
    look: Callable[[], T], awaited: str, *, seconds: float, enough: Callable[[T], bool] = bool
) -> T:
    """Call `look` until `enough` likes what it returns (by default: until it is true); return that.

    Raises NeverHappenedError naming `awaited` and what was seen last after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if enough(seen):
            return seen
        if time.monotonic() >= deadline:
            raise NeverHappenedError(
                f"waited {seconds:g} s for {awaited}; what was there instead: {seen!r}"
            )
        time.sleep(_INTERVAL_SECONDS)
