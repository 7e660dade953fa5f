"""Retries after a conflict with another writer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator

MAX_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.02

_random = secrets.SystemRandom()


def retry_attempts(
    sleep: Callable[[float], object] = time.sleep, jitter: Callable[[], float] = _random.random
) -> Iterator[None]:
    """Yield MAX_ATTEMPTS times: exponential backoff with full jitter, at most 0.62 s in total.

    Without jitter, writers that conflicted once would conflict again.
    """
    yield
    for number in range(MAX_ATTEMPTS - 1):
        sleep(jitter() * _FIRST_PAUSE_SECONDS * 2**number)
        yield
