"""When a call is made again: the AWS SDKs' standard retry mode.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from serverless_runtime.shared.aws.errors import AwsCallError, RefusedError

_PASSING_STATUSES = {500, 502, 503, 504}
_PASSING_CODES = {
    "PriorRequestNotComplete",
    "ReplicatedWriteConflictException",
    "RequestTimeout",
    "RequestTimeoutException",
}
_THROTTLING_STATUS = 429
_THROTTLING_CODES = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_LONGEST_PAUSE_SECONDS = 20
_LONGEST_ADDITION_SECONDS = 5
_THROTTLING_PAUSE_SECONDS = 1.0


class Patience(NamedTuple):
    """How long a call is waited for, and how often it is made at most."""

    connect_timeout: float
    read_timeout: float
    total_max_attempts: int

    @property
    def longest_seconds(self) -> float:
        """How long a call's attempts may take altogether, the pauses between them left out."""
        return (self.connect_timeout + self.read_timeout) * self.total_max_attempts


def is_throttling(error: AwsCallError) -> bool:
    """Whether the service asks for fewer requests."""
    return isinstance(error, RefusedError) and (
        error.code in _THROTTLING_CODES or error.status == _THROTTLING_STATUS
    )


def may_pass(error: AwsCallError) -> bool:
    """Whether the same request may succeed in a moment."""
    if not isinstance(error, RefusedError):
        return True
    return is_throttling(error) or (
        error.status in _PASSING_STATUSES or error.code in _PASSING_CODES
    )


def pause_seconds(
    error: AwsCallError,
    attempt: int,
    first_pause_seconds: float,
    headers: Mapping[str, str],
    chance: Callable[[], float] = random.random,
) -> float:
    """Return how long to wait after the given attempt, 1 or more: at random, doubled each time.

    A service may ask for more in `headers`, and gets up to five seconds more.
    """
    first = _THROTTLING_PAUSE_SECONDS if is_throttling(error) else first_pause_seconds
    pause = chance() * min(first * (1 << (attempt - 1)), _LONGEST_PAUSE_SECONDS)
    asked = headers.get("x-amz-retry-after", "")
    if not asked.isascii() or not asked.isdigit():
        return pause
    return max(pause, min(int(asked) / 1000, pause + _LONGEST_ADDITION_SECONDS))


class RetryQuota:
    """Ends repeats when nearly everything fails; those would only add to a service's load."""

    _CAPACITY = 500
    _COST = 14
    _THROTTLING_COST = 5

    def __init__(self) -> None:
        self._left = self._CAPACITY
        self._lock = threading.Lock()

    def take(self, error: AwsCallError) -> int:
        """Return what a repeat after `error` costs, or 0 if there is not enough left for it."""
        cost = self._THROTTLING_COST if is_throttling(error) else self._COST
        with self._lock:
            if cost > self._left:
                return 0
            self._left -= cost
            return cost

    def give_back(self, taken: int) -> None:
        """Note a success: what its last repeat has taken comes back, and 1 if it needed none."""
        if self._left < self._CAPACITY:
            with self._lock:
                self._left = min(self._left + (taken or 1), self._CAPACITY)
