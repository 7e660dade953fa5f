"""The shared state of a channel's circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CircuitBreakerStatus = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""CLOSED: calls go through. OPEN: none does. HALF_OPEN: one does, the probe."""


@dataclass(frozen=True, kw_only=True)
class CircuitBreakerState:
    """What all instances of the function know about one channel's provider.

    Times are epoch seconds.
    """

    status: CircuitBreakerStatus = "CLOSED"

    failures: int = 0
    """How often in a row the provider has failed."""

    blocked_until: int = 0
    """OPEN: the end of the cool-down. HALF_OPEN: when the probe expires."""

    trips: int = 0
    """How often in a row it has opened; each time makes the next cool-down longer."""

    changed_by: str = ""
    """Owner: who opened it, or holds the probe."""

    changed_at: int | None = None
    """When its status last changed."""

    last_error: str | None = None
    """The reason of the last failure, addresses masked."""

    last_failed_at: int | None = None
