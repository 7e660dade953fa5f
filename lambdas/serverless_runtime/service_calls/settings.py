"""What a caller needs from its environment, for each service that it calls.

The variable of the service `prices` is `SERVICE_PRICES_FUNCTION_ARN`, so a function may merge the
environments of as many services as it calls.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.environment import environment_for, read_settings, variable_name
from serverless_runtime.shared.frozen import frozen


@frozen
class ServiceSettings:
    """One service."""

    function_arn: str
    """The function that answers."""

    component: str
    """Dimension of the metric."""

    safe: str = ""
    """Operations that may be done twice, separated by commas."""

    unsafe: str = ""
    """Operations that may not."""

    version: str = "1"
    """The version of the service that the caller was deployed with."""

    budget_seconds: str = "3"
    """Decimal: how long a call may take at most."""


def service_environment(service: str, **settings: Any) -> dict[str, Any]:
    """Name ServiceSettings as `read_service_settings` will look for them.

    Values may be Pulumi outputs. Raises ValueError for the name, TypeError for a setting.
    """
    return environment_for(ServiceSettings, prefix=_prefix(service), **settings)


def read_service_settings(service: str, environ: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Read the settings of the service of that name. Raises MissingSettingsError."""
    return read_settings(ServiceSettings, environ, prefix=_prefix(service))


def _prefix(service: str) -> str:
    return f"SERVICE_{variable_name('service', service)}_"
