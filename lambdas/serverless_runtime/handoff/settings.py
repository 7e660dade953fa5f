"""What a caller needs from its environment to hand work off, for each of its handoffs.

The variables of the handoff `orders-to-shipping` begin with `HANDOFF_ORDERS_TO_SHIPPING_`, so a
function may merge the environments of as many handoffs as it calls.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared.environment import (
    MissingSettingsError,
    environment_for,
    read_settings,
    variable_name,
)
from serverless_runtime.shared.frozen import frozen

_START = "HANDOFF_"
_TARGET_ARN = "_TARGET_ARN"
EVENT_TYPES = "EVENT_TYPES"  # of a publisher, after its prefix; separated by spaces


@frozen
class HandoffSettings:
    """Where events go, and where they wait."""

    target_arn: str
    """Function that does the handed-off work; for a publisher its topic, or the URL of a queue."""

    outbox_table_name: str | None = None
    """Table that keeps events until the target has accepted them; without it delivery is
    direct."""


def handoff_prefix(handoff_name: str) -> str:
    """Return what the names of the handoff's environment variables begin with.

    No two names have the same. Raises ValueError for a name that no variable could carry.
    """
    return f"{_START}{variable_name('handoff', handoff_name)}_"


def handoff_environment(handoff_name: str, **settings: Any) -> dict[str, Any]:
    """Name HandoffSettings as `read_handoff_settings` will look for them.

    Values may be Pulumi outputs. Raises ValueError for the name, TypeError for a setting.
    """
    return environment_for(HandoffSettings, prefix=handoff_prefix(handoff_name), **settings)


def read_handoff_settings(
    handoff_name: str | None = None, environ: Mapping[str, str] = os.environ
) -> HandoffSettings:
    """Read the settings of the handoff of that name, or of the only one.

    Raises MissingSettingsError if there is none, and ValueError if a name has to be chosen.
    """
    if handoff_name is None:
        handoff_name = only_name(environ)
    try:
        return read_settings(HandoffSettings, environ, prefix=handoff_prefix(handoff_name))
    except MissingSettingsError as error:
        raise MissingSettingsError(
            f"handoff {handoff_name!r}: {error}; it has {_listed(_names(environ))}"
        ) from error


def only_name(environ: Mapping[str, str]) -> str:
    names = _names(environ)
    if not names:
        raise MissingSettingsError(
            f"the function has no handoff: no variable is named {_START}…{_TARGET_ARN}; "
            "add the environment of an AsyncHandoff to the function's"
        )
    if len(names) > 1:
        raise ValueError(
            f"the function has several handoffs: name one of {_listed(names)}, "
            f"as in Handoff({names[0]!r})"
        )
    return names[0]


def _names(environ: Mapping[str, str]) -> list[str]:
    return sorted(
        variable[len(_START) : -len(_TARGET_ARN)].replace("_", "-").lower()
        for variable in environ
        if variable.startswith(_START)
        and variable.endswith(_TARGET_ARN)
        and len(variable) > len(_START + _TARGET_ARN)
        and environ[variable]
    )


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
