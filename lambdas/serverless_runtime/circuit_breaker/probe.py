"""Lets one probe through while a circuit breaker is not closed: one call of all instances."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from serverless_runtime.circuit_breaker.cached_state import CachedState
from serverless_runtime.circuit_breaker.errors import CircuitBreakerOpenError
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState
from serverless_runtime.shared import timestamps


def acquire_probe(shared: CachedState, probe_seconds: int) -> str | None:
    """Return the id of the probe that may be made now, or None if the circuit breaker is closed.

    Raises CircuitBreakerOpenError during a cool-down, and while another probe is in progress.
    """
    state = shared.read()
    if state.status == "CLOSED":
        return None
    now = shared.now()
    if state.blocked_until > now:
        raise _open_error(shared.circuit, state)
    probe = os.urandom(16).hex()
    found = shared.write(
        lambda store: store.acquire_probe(shared.circuit, probe, until=now + probe_seconds, now=now)
    )
    if found is None or found.status == "CLOSED":
        return None
    if found.changed_by != probe:
        raise _open_error(shared.circuit, found)
    return probe


def _open_error(circuit: str, state: CircuitBreakerState) -> CircuitBreakerOpenError:
    until = time_text(state.blocked_until)
    status = "is open" if state.status == "OPEN" else "is half open (a probe is in progress)"
    return CircuitBreakerOpenError(
        f"the circuit breaker of {circuit} {status} until {until}, "
        f"after {state.failures} failures in a row; last error: {state.last_error}"
    )


def time_text(epoch_seconds: int) -> str:
    """Return the time as logs and errors show it."""
    return timestamps.to_text(datetime.fromtimestamp(epoch_seconds, UTC))
