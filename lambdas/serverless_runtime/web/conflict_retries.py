"""Retries after a conflict with another writer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

MAX_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.02

_random = secrets.SystemRandom()


def retry_attempts() -> Iterator[int]:
    """Yield MAX_ATTEMPTS times: exponential backoff with full jitter, at most 0.62 s in total.

    Without jitter, writers that conflicted once would conflict again.
    """
    yield 1
    for number in range(2, MAX_ATTEMPTS + 1):
        time.sleep(_random.uniform(0, _FIRST_PAUSE_SECONDS * 2 ** (number - 2)))
        yield number
