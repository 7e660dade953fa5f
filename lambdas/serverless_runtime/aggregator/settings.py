"""What an aggregating function needs from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.environment import environment_for, read_settings, variable_name
from serverless_runtime.shared.frozen import frozen


@frozen
class AggregatorSettings:
    """One aggregator."""

    component: str
    """Dimension of the metrics."""

    branches: str
    """JSON: for each branch its service, operation, required, seconds and cache_seconds."""

    deadline_seconds: str
    """Decimal: how long an answer may take."""

    circuit_breakers: str = ""
    """Not empty if each service has a circuit breaker of its name."""


def aggregator_environment(name: str, **settings: Any) -> dict[str, Any]:
    """Name AggregatorSettings as `read_aggregator_settings` will look for them.

    Raises ValueError for the name, TypeError for a setting.
    """
    return environment_for(AggregatorSettings, prefix=_prefix(name), **settings)


def read_aggregator_settings(
    name: str, environ: Mapping[str, str] = os.environ
) -> AggregatorSettings:
    """Read the settings of the aggregator of that name. Raises MissingSettingsError."""
    return read_settings(AggregatorSettings, environ, prefix=_prefix(name))


def _prefix(name: str) -> str:
    return f"AGGREGATOR_{variable_name('aggregator', name)}_"
