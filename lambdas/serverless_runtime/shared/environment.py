"""A function's environment as a settings class.

The Pulumi program writes the variables with `environment_for`, the handler reads them with
`read_settings`, and both take their names from the same frozen class of strings:
field `table_name` is variable `TABLE_NAME`, behind a prefix where a function may have the same
settings more than once. A field with a default may be left out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeVar

from serverless_runtime.shared.frozen import fields_of

T = TypeVar("T")


class MissingSettingsError(Exception):
    """Environment variables the function needs are not set; only a deployment can set them."""


def environment_for(
    settings_class: type[Any], /, *, prefix: str = "", **values: Any
) -> dict[str, Any]:
    """Name `values` as `read_settings(settings_class, prefix=prefix)` will look for them.

    Values may be Pulumi outputs. Raises TypeError for a forgotten or an unknown setting.
    """
    known = fields_of(settings_class)
    if not set(_required(known)) <= values.keys() <= known.keys():
        raise TypeError(f"{settings_class.__name__} takes {sorted(known)}, got {sorted(values)}")
    return {prefix + name.upper(): value for name, value in values.items()}


def read_settings(
    settings_class: type[T], environ: Mapping[str, str] = os.environ, *, prefix: str = ""
) -> T:
    """Build `settings_class` from `environ`; an empty variable counts as not set.

    Raises MissingSettingsError naming every variable that is missing.
    """
    known = fields_of(settings_class)
    values = {name: environ.get(prefix + name.upper()) for name in known}
    missing = [prefix + name.upper() for name in _required(known) if not values[name]]
    if missing:
        raise MissingSettingsError(
            f"{settings_class.__name__} needs {', '.join(missing)}; "
            "set them in the function's environment"
        )
    return settings_class(**{name: value for name, value in values.items() if value})


def variable_name(kind: str, name: str) -> str:
    """Return the name of a component as a part of its variables' names: "a-b" is "A_B".

    No two names have the same. Raises ValueError for a name that no variable could carry; `kind`
    is what has the name, e.g. "queue".
    """
    if not isinstance(name, str):
        raise ValueError(f"the name of a {kind} must be text, got {name!r:.60}")
    letters = name.replace("-", "")
    if not (letters.isascii() and letters.isalnum() and letters == letters.lower()):
        raise ValueError(
            f"the name of a {kind} must be lower-case letters, digits and hyphens, because "
            f"environment variables are named after it; got {name!r}"
        )
    return name.replace("-", "_").upper()


def _required(known: Mapping[str, bool]) -> list[str]:
    return [name for name, has_default in known.items() if not has_default]
