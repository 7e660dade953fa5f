"""When a circuit breaker opens, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    LONGEST_COOL_DOWN_SECONDS,
    PROBE_SECONDS,
)

if TYPE_CHECKING:
    from serverless_runtime.circuit_breaker.settings.environment import CircuitBreakerSettings


class CircuitBreakerRules(NamedTuple):
    """The same for all circuits of a function."""

    failures_to_open: int = FAILURES_TO_OPEN
    """Failures in a row, counted over all instances."""

    first_cool_down_seconds: int = FIRST_COOL_DOWN_SECONDS
    """How long nothing is called after the opening; doubled by each probe that fails."""

    longest_cool_down_seconds: int = LONGEST_COOL_DOWN_SECONDS

    probe_seconds: int = PROBE_SECONDS
    """When a probe that never reported counts as ended: later than the function's timeout, so that
    there is no second probe while the first may still run."""

    slow_call_seconds: float | None = None
    """A call that took longer counts as failed, although its result is used."""

    def cool_down_seconds(self, trips: int, requested_seconds: float | None) -> int:
        """Doubled with each trip, or what the provider requests, up to the maximum."""
        doubled = self.first_cool_down_seconds * 2 ** min(trips - 1, 10)
        return int(min(max(doubled, requested_seconds or 0), self.longest_cool_down_seconds))


def rules_of(settings: CircuitBreakerSettings) -> CircuitBreakerRules:
    """Return the rules that a function's environment gives."""
    slow = settings.slow_call_seconds
    return CircuitBreakerRules(
        failures_to_open=int(settings.failures_to_open),
        first_cool_down_seconds=int(settings.first_cool_down_seconds),
        longest_cool_down_seconds=int(settings.longest_cool_down_seconds),
        probe_seconds=int(settings.probe_seconds),
        slow_call_seconds=float(slow) if slow else None,
    )
