"""The shared state of a channel's breaker, as the breaker needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

BreakerStatus = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""CLOSED: calls go through. OPEN: none does. HALF_OPEN: one does, the probe."""


@dataclass(frozen=True, kw_only=True)
class BreakerState:
    """What all instances of the function know of one channel's provider. Times: epoch seconds."""

    status: BreakerStatus = "CLOSED"

    failures: int = 0
    """How often in a row the provider has failed."""

    blocked_until: int = 0
    """OPEN: the end of the cool-down. HALF_OPEN: when the probe counts as never heard of again."""

    trips: int = 0
    """How often in a row it has opened; each time makes the next cool-down longer."""

    changed_by: str = ""
    """Who opened it or holds the probe."""

    changed_at: int | None = None
    """When it got its status."""

    last_error: str | None = None
    """The reason of the last failure, addresses masked."""

    last_failed_at: int | None = None


class BreakerStates(Protocol):
    """Where the states are. Every write is conditional and returns the state that then stands, its
    own or the one that stopped it. Raises whatever the store raises."""

    def read(self, channel: str) -> BreakerState:
        """Return the state, perhaps as it was a moment ago."""
        ...

    def count_failure(self, channel: str, reason: str, now: int) -> BreakerState:
        """Count one failure more while CLOSED."""
        ...

    def forget_failures(self, channel: str, now: int) -> BreakerState:
        """Start to count anew while CLOSED."""
        ...

    def open(
        self, channel: str, owner: str, *, failures: int, until: int, now: int
    ) -> BreakerState:
        """Open while CLOSED with at least so many `failures`."""
        ...

    def take_probe(self, channel: str, owner: str, *, until: int, now: int) -> BreakerState:
        """Make it HALF_OPEN for the owner's probe, once nothing blocks it any more."""
        ...

    def open_again(
        self, channel: str, owner: str, reason: str, *, until: int, now: int
    ) -> BreakerState:
        """Open after the owner's probe has failed."""
        ...

    def close(self, channel: str, owner: str | None, now: int) -> BreakerState:
        """Close after the owner's probe was answered; with no owner, whatever it is now."""
        ...
