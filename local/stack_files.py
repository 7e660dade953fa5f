"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the Pulumi engine hands them to a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Stack(NamedTuple):
    """A project's name and one stack's configuration, keys with their namespace."""

    project: str
    config: dict[str, str]


def read_stack(root: Path, stack: str) -> Stack:
    """The configuration of `stack`: its own values over the project's defaults.

    Values are text as the engine passes them; lists and objects are JSON.
    Raises FileNotFoundError if the project or the stack has no file under `root`.
    """
    project_file = yaml.safe_load((root / "Pulumi.yaml").read_text())
    stack_file = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text()) or {}
    project = str(project_file["name"])

    values: dict[str, Any] = {}
    for key, schema in project_file.get("config", {}).items():
        default = schema.get("default", schema.get("value")) if isinstance(schema, dict) else schema
        if default is not None:
            values[_full_key(project, key)] = default
    for key, value in stack_file.get("config", {}).items():
        values[_full_key(project, key)] = value
    return Stack(project, {key: _as_text(value) for key, value in values.items()})


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
