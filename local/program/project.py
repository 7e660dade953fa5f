"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the Pulumi engine hands them to a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The one in C, where the installed yaml has it, takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}
"""Of a setting, by its name in Pulumi.yaml.
https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options"""


class ProjectError(Exception):
    """A folder that is no Pulumi Python project, or a setting that its project does not allow."""


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
            _require_type(key, value, self.schema.get(key, {}), self._stack_file(stack))
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
            if isinstance(value, dict) and set(value) == {"secure"}:
                raise ProjectError(
                    f"{file}: {key} is encrypted, and only the Pulumi engine can decrypt it; give "
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


def _require_type(key: str, value: Any, schema: Mapping[str, Any], file: Path) -> None:
    wanted = schema.get("type")
    if wanted is None:
        return
    if wanted not in _TYPES:
        raise ProjectError(f"{file.parent / 'Pulumi.yaml'}: {key} has the unknown type {wanted!r}")
    if isinstance(value, str) and wanted in ("integer", "boolean"):
        # The CLI writes every number and boolean as text.
        value = _parsed(value)
    # A bool is an int in Python, but not in Pulumi.yaml.
    mistaken = isinstance(value, bool) and wanted != "boolean"
    if mistaken or not isinstance(value, _TYPES[wanted]):
        raise ProjectError(f"{file}: {key} must be of type {wanted}, got {value!r}")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
