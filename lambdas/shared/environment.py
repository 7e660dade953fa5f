"""A function's environment as a settings class.

The Pulumi program writes the variables with `environment_for`, the handler reads them with
`read_settings`, and both take their names from the same frozen dataclass of strings:
field `table_name` is variable `TABLE_NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


class MissingSettingsError(Exception):
    """Environment variables the function needs are not set; only a deployment can mend it."""


def environment_for(settings_class: type[Any], **values: Any) -> dict[str, Any]:
    """Name `values` as `read_settings(settings_class)` will look for them.

    Values may be Pulumi outputs. Raises TypeError for a forgotten or an unknown setting.
    """
    wanted = {field.name for field in fields(settings_class)}
    if wanted != set(values):
        raise TypeError(f"{settings_class.__name__} takes {sorted(wanted)}, got {sorted(values)}")
    return {name.upper(): value for name, value in values.items()}


def read_settings(settings_class: type[T], environ: Mapping[str, str] = os.environ) -> T:
    """Build `settings_class` from `environ`; an empty variable counts as missing.

    Raises MissingSettingsError naming every variable that is missing.
    """
    names = [field.name for field in fields(settings_class)]  # type: ignore[arg-type]
    missing = [name.upper() for name in names if not environ.get(name.upper())]
    if missing:
        raise MissingSettingsError(
            f"{settings_class.__name__} needs {', '.join(missing)}; "
            "set them in the function's environment"
        )
    return settings_class(**{name: environ[name.upper()] for name in names})
