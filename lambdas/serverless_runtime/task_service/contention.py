"""Trying again when another writer won."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

MAX_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.02

_random = secrets.SystemRandom()


def tries() -> Iterator[int]:
    """Yield MAX_TRIES times, with a random pause in between that may double each time.

    The pauses add up to at most 0.62 s. Random, so that writers that met once do not meet again.
    """
    yield 1
    for number in range(2, MAX_TRIES + 1):
        time.sleep(_random.uniform(0, _FIRST_PAUSE_SECONDS * 2 ** (number - 2)))
        yield number
