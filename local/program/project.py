"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the Pulumi engine hands them to a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import ExpectedError
from local.program.config_types import encrypted, mistakes, mistakes_in_schema

# The one in C, where the installed yaml has it, takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ProjectError(ExpectedError):
    """Not a Pulumi Python project, or a setting that its project does not allow."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder with a Pulumi.yaml."""

    folder: Path
    name: str

    main: Path
    """Folder or file that is run."""

    virtualenv: Path | None
    """Folder of the virtual environment; None if the program runs without one of its own."""

    schema: Mapping[str, Any]
    """The settings that Pulumi.yaml declares, by full key: `{"type": …, "default": …}`."""

    def config(self, stack: str) -> dict[str, str]:
        """Return the configuration of `stack`: its own values over the project's defaults.

        Keys are full; values are text as the engine passes them, lists and objects as JSON. A stack
        without a file has the defaults. Raises ProjectError.
        """
        defaults = {key: _default(each) for key, each in self.schema.items()}
        values = {key: value for key, value in defaults.items() if value is not None}
        values |= self._stack_values(stack)
        for key, each in self.schema.items():
            if key not in values and "type" in each and "default" not in each:
                raise ProjectError(
                    f"{self._stack_file(stack)}: {key} must be set, it has no default"
                )
        for key, value in values.items():
            for mistake in mistakes(value, self.schema.get(key, {}), key):
                raise ProjectError(f"{self._stack_file(stack)}: {mistake}")
        return {key: _as_text(value) for key, value in values.items()}

    def _stack_file(self, stack: str) -> Path:
        return self.folder / f"Pulumi.{stack}.yaml"

    def _stack_values(self, stack: str) -> dict[str, Any]:
        file = self._stack_file(stack)
        document = _read_yaml(file) if file.exists() else {}
        values = {
            _full_key(self.name, key): value
            for key, value in (document.get("config") or {}).items()
        }
        for key, value in values.items():
            for path in encrypted(value, key):
                raise ProjectError(
                    f"{file}: {path} is encrypted, and only the Pulumi engine can decrypt it; give "
                    "the local stack a value of its own, in plain text"
                )
        return values


def read_project(folder: Path) -> Project:
    """Read `folder`/Pulumi.yaml. Raises ProjectError naming the file and what is wrong with it."""
    folder = folder.resolve()
    file = folder / "Pulumi.yaml"
    if not file.is_file():
        raise ProjectError(f"{folder} is not a Pulumi project: it has no Pulumi.yaml")
    document = _read_yaml(file)
    name, runtime = document.get("name"), document.get("runtime")
    if not isinstance(name, str):
        raise ProjectError(f"{file}: name must be text, got {name!r}")
    runtime_name = runtime.get("name") if isinstance(runtime, dict) else runtime
    if runtime_name != "python":
        raise ProjectError(f"{file}: runtime must be python, got {runtime_name!r}")
    options = (runtime.get("options") or {}) if isinstance(runtime, dict) else {}
    virtualenv = options.get("virtualenv")
    schema = {
        _full_key(name, key): value if isinstance(value, dict) else {"default": value}
        for key, value in (document.get("config") or {}).items()
    }
    for key, each in schema.items():
        for mistake in mistakes_in_schema(each):
            raise ProjectError(f"{file}: {key} {mistake}")
        for mistake in mistakes(each["default"], each, key) if "default" in each else ():
            raise ProjectError(f"{file}: the default of {mistake}")
    return Project(
        folder=folder,
        name=name,
        main=folder / document.get("main", "."),
        virtualenv=folder / virtualenv if virtualenv else None,
        schema=schema,
    )


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        document = yaml.load(file.read_text(), _LOADER) or {}  # noqa: S506 -- a safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ProjectError(f"{file} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ProjectError(f"{file} must be a mapping, got {type(document).__name__}")
    return document


def _default(schema: Mapping[str, Any]) -> Any:
    return schema.get("default", schema.get("value"))


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
