"""The types of a project's settings, checked as the engine checks them.

https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_SCALARS = ("string", "integer", "boolean", "object")
_INTEGER = re.compile(r"[+-]?\d+")


def encrypted(value: Any, path: str) -> Iterator[str]:
    """Yield the paths of what in a value is encrypted."""
    if isinstance(value, dict) and value.keys() == {"secure"}:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from encrypted(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from encrypted(inner, f"{path}[{index}]")


def mistakes_in_schema(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what Pulumi.yaml declares wrongly about one setting."""
    if "default" in schema and "value" in schema:
        yield "must have `default` or `value`, not both"
    each: Any = schema
    path = ""
    while "type" in each:
        if each["type"] in _SCALARS:
            return
        if each["type"] != "array":
            known = ", ".join((*_SCALARS, "array"))
            yield f"has the unknown {path}type {each['type']!r}; it must be one of {known}"
            return
        each, path = each.get("items"), f"{path}items."
        if not isinstance(each, Mapping) or "type" not in each:
            yield f"must have `{path}type`, the type of what is in the array"
            return


def mistakes(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield what in a value is not of the declared type, each with its path."""
    declared = schema.get("type")
    if declared == "array" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from mistakes(item, schema["items"], f"{path}[{index}]")
    elif declared is not None and not _has_type(declared, value):
        yield f"{path} must be of type {_name(schema)}, got {value!r}"


def _has_type(declared: str, value: Any) -> bool:
    # A bool is an int in Python; the CLI writes every number and boolean as text.
    if declared == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if declared == "integer":
        if isinstance(value, str):
            return _INTEGER.fullmatch(value) is not None
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return is_whole and not isinstance(value, bool)
    if declared == "string":
        return isinstance(value, str)
    return declared == "object" and isinstance(value, dict)


def _name(schema: Mapping[str, Any]) -> str:
    return f"array<{_name(schema['items'])}>" if schema["type"] == "array" else schema["type"]
