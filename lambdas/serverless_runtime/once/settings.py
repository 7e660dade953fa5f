"""What a function needs from its environment to run work under leases."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, get_args

from serverless_runtime.shared.environment import environment_for, read_settings
from serverless_runtime.shared.frozen import frozen

Guarantee = Literal["at_least_once", "at_most_once"]
"""What happens when it is unknown whether an earlier run did its work: run again, with a possible
duplicate; or leave it to a person, with a possible loss."""

GUARANTEES: tuple[Guarantee, ...] = get_args(Guarantee)

LEASE_SECONDS = 60
"""More than the 50 s that a target may run: a lease outlasts its attempt. Not more than a timeout
plus Lambda's first retry delay of 60 s: the retry after a killed attempt finds it expired."""

_PREFIX = "ONCE_"


@frozen
class OnceSettings:
    """Where leases are kept, and for how long."""

    table_name: str
    """Table of the leases, keyed by event id and part."""

    lease_seconds: str = str(LEASE_SECONDS)
    """How long a lease lasts; a whole number, more than the function's timeout."""


def once_environment(**settings: Any) -> dict[str, Any]:
    """Name OnceSettings as `read_once_settings` will look for them; values may be Pulumi
    outputs."""
    return environment_for(OnceSettings, prefix=_PREFIX, **settings)


def read_once_settings(environ: Mapping[str, str] = os.environ) -> OnceSettings:
    """Raises MissingSettingsError: the environment of a `Once` has to be in the function's."""
    return read_settings(OnceSettings, environ, prefix=_PREFIX)
