"""The shared state of a channel's circuit breaker, and the store that it is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

CircuitBreakerStatus = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""CLOSED: calls go through. OPEN: none does. HALF_OPEN: one does, the probe."""


@dataclass(frozen=True, kw_only=True)
class CircuitBreakerState:
    """What all instances of the function know about one channel's provider.

    Times are epoch seconds.
    """

    status: CircuitBreakerStatus = "CLOSED"

    failures: int = 0
    """Number of consecutive failures of the provider."""

    blocked_until: int = 0
    """OPEN: the end of the cool-down. HALF_OPEN: when the probe expires."""

    trips: int = 0
    """Number of consecutive openings; each makes the next cool-down longer."""

    changed_by: str = ""
    """Owner: who opened it, or holds the probe."""

    changed_at: int | None = None
    """When its status last changed."""

    last_error: str | None = None
    """The reason of the last failure, addresses masked."""

    last_failed_at: int | None = None


class CircuitBreakerStore(Protocol):
    """Keeps the states. Every write is conditional and returns the state after it: its own, or the
    one that made the condition fail. Raises whatever the database raises."""

    def read(self, channel: str) -> CircuitBreakerState:
        """Return the state; the read may be slightly stale."""
        ...

    def count_failure(self, channel: str, reason: str, now: int) -> CircuitBreakerState:
        """Count one more failure while CLOSED."""
        ...

    def reset_failures(self, channel: str, now: int) -> CircuitBreakerState:
        """Set the failures to 0 while CLOSED."""
        ...

    def open(
        self, channel: str, owner: str, *, failures: int, until: int, now: int
    ) -> CircuitBreakerState:
        """Open while CLOSED with at least `failures` failures."""
        ...

    def acquire_probe(
        self, channel: str, owner: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Make it HALF_OPEN for the owner's probe, once its cool-down or probe has expired."""
        ...

    def reopen(
        self, channel: str, owner: str, reason: str, *, until: int, now: int
    ) -> CircuitBreakerState:
        """Open after the owner's probe has failed."""
        ...

    def close(self, channel: str, owner: str | None, now: int) -> CircuitBreakerState:
        """Close after the owner's probe has succeeded; without an owner, in any state."""
        ...
