"""Lets one probe through while a circuit breaker is not closed: one message of all instances."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.circuit_breaker.cached_state import CachedState
from serverless_runtime.notification_service.circuit_breaker.state_in_dynamodb import (
    CircuitBreakerState,
)
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from serverless_runtime.shared import timestamps

PROBE_SECONDS = TIMEOUT_SECONDS + 15
"""More than the function's timeout: no second probe while the first may still send."""


class CircuitBreakerOpenError(ChannelError):
    """The provider was not called: it has failed too often, and its cool-down has not ended."""


def acquire_probe(shared: CachedState) -> str | None:
    """Return the id of the probe that may be sent now, or None if the circuit breaker is closed.

    Raises CircuitBreakerOpenError during a cool-down, and while another probe is in progress.
    """
    state = shared.read()
    if state.status == "CLOSED":
        return None
    now = shared.now()
    if state.blocked_until > now:
        raise _open_error(shared.channel, state)
    probe = uuid.uuid4().hex
    found = shared.write(
        lambda store: store.acquire_probe(shared.channel, probe, until=now + PROBE_SECONDS, now=now)
    )
    if found is None or found.status == "CLOSED":
        return None
    if found.changed_by != probe:
        raise _open_error(shared.channel, found)
    return probe


def _open_error(channel: str, state: CircuitBreakerState) -> CircuitBreakerOpenError:
    until = time_text(state.blocked_until)
    status = "is open" if state.status == "OPEN" else "is half open (a probe is in progress)"
    return CircuitBreakerOpenError(
        f"nothing was sent: the circuit breaker of {channel} {status} until {until}, "
        f"after {state.failures} failures in a row; last error: {state.last_error}"
    )


def time_text(epoch_seconds: int) -> str:
    """Return the time as logs and errors show it."""
    return timestamps.to_text(datetime.fromtimestamp(epoch_seconds, UTC))
