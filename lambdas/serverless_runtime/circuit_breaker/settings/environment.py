"""What a function needs from its environment to call providers through circuit breakers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.circuit_breaker.settings import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    LONGEST_COOL_DOWN_SECONDS,
    PROBE_SECONDS,
)
from serverless_runtime.shared.environment import environment_for, read_settings
from serverless_runtime.shared.frozen import frozen

_PREFIX = "CIRCUIT_BREAKER_"


@frozen
class CircuitBreakerSettings:
    """The circuits of one component."""

    table_name: str
    """Table with a row for each circuit."""

    component: str
    """Dimension of the metric."""

    circuits: str
    """Names of the circuits that the function may use, separated by commas."""

    failures_to_open: str = str(FAILURES_TO_OPEN)
    first_cool_down_seconds: str = str(FIRST_COOL_DOWN_SECONDS)
    longest_cool_down_seconds: str = str(LONGEST_COOL_DOWN_SECONDS)
    probe_seconds: str = str(PROBE_SECONDS)

    slow_call_seconds: str = ""
    """Decimal; without it no call is slow."""


def circuit_breaker_environment(**settings: Any) -> dict[str, Any]:
    """Name CircuitBreakerSettings as `read_circuit_breaker_settings` will look for them; values may
    be Pulumi outputs."""
    return environment_for(CircuitBreakerSettings, prefix=_PREFIX, **settings)


def read_circuit_breaker_settings(
    environ: Mapping[str, str] = os.environ,
) -> CircuitBreakerSettings:
    """Raises MissingSettingsError: the environment of a `CircuitBreaker` component has to be in the
    function's."""
    return read_settings(CircuitBreakerSettings, environ, prefix=_PREFIX)
