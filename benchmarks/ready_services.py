"""Other people's services for the comparison: zips that somebody else has built, and a file.

The folder that BENCHMARK_SERVICES names has a services.toml, with a table for each service:

    [peer]
    zip = "create-task.zip"
    runtime = "nodejs22.x"
    handler = "create-task.handler"
    table_key = "pk"
    [peer.environment]
    TABLE = "$table_name"
    TARGET = "$target_arn"

Each gets a table of its own, and an API with the one route POST /tasks.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from string import Template
from typing import Any

FOLDER = "BENCHMARK_SERVICES"
_FILE = "services.toml"


class ReadyServicesError(Exception):
    """The folder of services cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One function that creates a task and hands it off to the target."""

    name: str
    bundle: bytes
    """The zip as it is uploaded to AWS."""

    runtime: str
    handler: str
    table_key: str | None = None
    """Partition key, a text, of the table that is made for it; None if it needs none."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Its variables; $table_name, $target_arn and $target_name are replaced."""

    def variables(self, **names: str) -> dict[str, str]:
        """Return its environment with the names of what it uses. Raises ReadyServicesError."""
        try:
            return {
                key: Template(value).substitute(names) for key, value in self.environment.items()
            }
        except (KeyError, ValueError) as error:
            raise ReadyServicesError(
                f"the environment of {self.name} may use {', '.join(f'${each}' for each in names)} "
                f"(and $$ for a dollar sign), got {error}"
            ) from None


_NEEDED = {"zip", "runtime", "handler"}
_KNOWN = (_NEEDED | {each.name for each in fields(Caller)}) - {"name", "bundle"}


def ready_services(environ: Mapping[str, str] = os.environ) -> list[Caller]:
    """Read the services of the folder that the environment names; none without one.

    Raises ReadyServicesError.
    """
    folder = environ.get(FOLDER)
    return list(_services_in(Path(folder))) if folder else []


def _services_in(folder: Path) -> Iterator[Caller]:
    file = folder / _FILE
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReadyServicesError(
            f"{FOLDER} must name a folder with a {_FILE}, got {folder}: {error.strerror}"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ReadyServicesError(f"{file} must be TOML: {error}") from None
    if not found:
        raise ReadyServicesError(f"{file} must have a table for each service, has none")
    for name, settings in found.items():
        yield _service(file, name, settings)


def _service(file: Path, name: str, settings: Any) -> Caller:
    if not isinstance(settings, dict):
        raise ReadyServicesError(f"{file}: {name} must be a table, got {settings!r}")
    if settings.keys() - _KNOWN or _NEEDED - settings.keys():
        raise ReadyServicesError(
            f"{file}: {name} must have {', '.join(sorted(_NEEDED))} and may have "
            f"{', '.join(sorted(_KNOWN - _NEEDED))}, has {', '.join(sorted(settings)) or 'nothing'}"
        )
    environment = settings.get("environment", {})
    if not isinstance(environment, dict):
        raise ReadyServicesError(f"{file}: {name}: environment must be a table, got {environment}")
    values = {**settings, "environment": "", **environment}
    if wrong := [key for key, value in values.items() if not isinstance(value, str)]:
        raise ReadyServicesError(
            f"{file}: {name}: {wrong[0]} must be a text, got {values[wrong[0]]!r}"
        )
    path = file.parent / settings["zip"]
    try:
        bundle = path.read_bytes()
    except OSError as error:
        raise ReadyServicesError(
            f"{file}: {name}: zip must be a file beside it, got {path}: {error.strerror}"
        ) from None
    others = {key: value for key, value in settings.items() if key != "zip"}
    return Caller(name=name, bundle=bundle, **others)
