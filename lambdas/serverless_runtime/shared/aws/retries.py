"""How long to wait before a retry, and when to stop: the AWS SDKs' standard retry mode.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping

from serverless_runtime.shared.aws.errors import AwsCallError, is_throttling

_MAX_DELAY_SECONDS = 20
_MAX_ADDED_SECONDS = 5
_THROTTLING_DELAY_SECONDS = 1.0


def delay_seconds(
    error: AwsCallError,
    attempt: int,
    first_delay_seconds: float,
    headers: Mapping[str, str],
    jitter: Callable[[], float] = random.random,
) -> float:
    """Return how long to wait after the given attempt, 1 or more: at random, doubled each time.

    A service may request more in `headers`, and gets up to five seconds more.
    """
    first = _THROTTLING_DELAY_SECONDS if is_throttling(error) else first_delay_seconds
    delay = jitter() * min(first * (1 << (attempt - 1)), _MAX_DELAY_SECONDS)
    requested = headers.get("x-amz-retry-after", "")
    if not requested.isascii() or not requested.isdigit():
        return delay
    return max(delay, min(int(requested) / 1000, delay + _MAX_ADDED_SECONDS))


class RetryQuota:
    """Ends retries when nearly everything fails; they would only add to a service's load."""

    _CAPACITY = 500
    _COST = 14
    _THROTTLING_COST = 5

    def __init__(self) -> None:
        self._left = self._CAPACITY
        self._lock = threading.Lock()

    def acquire(self, error: AwsCallError) -> int:
        """Return what a retry after `error` costs, or 0 if there is not enough left for it."""
        cost = self._THROTTLING_COST if is_throttling(error) else self._COST
        with self._lock:
            if cost > self._left:
                return 0
            self._left -= cost
            return cost

    def release(self, acquired: int) -> None:
        """Record a success: the cost of its last retry is refunded, or 1 if it needed none."""
        if self._left < self._CAPACITY:
            with self._lock:
                self._left = min(self._left + (acquired or 1), self._CAPACITY)
