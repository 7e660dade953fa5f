"""What a router needs from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.environment import environment_for, read_settings
from serverless_runtime.shared.frozen import frozen

_PREFIX = "STRANGLER_"


@frozen
class RouterSettings:
    """One facade."""

    component: str
    """Dimension of the metrics."""

    parameter_name: str
    """SSM parameter with the stages that operators have set."""

    read_seconds: str
    """How long an instance uses stages before it reads them again."""

    legacy_url: str
    """Address of the old system, without a trailing slash."""

    legacy_seconds: str
    """Decimal: how long it may take."""

    shadow_seconds: str
    """Decimal: how much longer than the old system the new one may take, in shadow."""

    routes: str
    """JSON: for each route its `new` function, the declared `stage`, `sticky_by`, and the names of
    what is `ignored` by comparisons."""


def router_environment(**settings: Any) -> dict[str, Any]:
    """Name RouterSettings as `read_router_settings` will look for them; values may be outputs."""
    return environment_for(RouterSettings, prefix=_PREFIX, **settings)


def read_router_settings(environ: Mapping[str, str] = os.environ) -> RouterSettings:
    """Read the settings of this function. Raises MissingSettingsError."""
    return read_settings(RouterSettings, environ, prefix=_PREFIX)
