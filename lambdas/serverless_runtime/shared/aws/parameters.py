"""What operations take: anything else is refused before it is sent, in the words of boto3.

A misspelt `ConditionExpression` would otherwise be a write without its condition.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

Shapes = Mapping[str, str]
"""The members of each operation and structure, as "Name", "Name:kind" or, if required, "Name!".

A kind is "" for text, "bool", "int", "blob", the name of a structure, "[kind]" for a list, or
"{kind}" for a map.
"""

_TYPES: Mapping[str, tuple[Any, ...]] = {
    "": (str,),
    "bool": (bool,),
    "int": (int,),
    "blob": (bytes, bytearray, str),
    "[": (list, tuple),
}


class ParamValidationError(TypeError):
    """The operation does not take such arguments."""

    def __init__(self, report: str) -> None:
        super().__init__(f"Parameter validation failed:\n{report}")


def validate(shapes: Shapes, kind: str, value: Any, path: Any = None) -> None:
    """Raise ParamValidationError for what boto3 would not send; values are not shown.

    `path` leads to the value as (path of what holds it, ".name" or "[index]"); its text is
    composed for an error only, because this runs in every call.
    """
    start = kind[:1]
    types = _TYPES.get(kind) or _TYPES.get(start, (dict,))
    if not isinstance(value, types):
        raise ParamValidationError(
            f"Invalid type for parameter {_text(path)}, type: {type(value)}, "
            f"valid types: {', '.join(map(str, types))}"
        )
    if kind in _TYPES:
        return
    if start == "[":
        for index, each in enumerate(value):
            validate(shapes, kind[1:-1], each, (path, f"[{index}]"))
    elif start == "{":
        of_values = kind[1:-1]
        for key, each in value.items():
            if type(key) is not str:
                validate(shapes, "", key, (path, f" (key: {key})"))
            validate(shapes, of_values, each, (path, ".", key))
    else:
        _validate_members(shapes, kind, value, path)


def _validate_members(shapes: Shapes, kind: str, value: dict[str, Any], path: Any) -> None:
    members, required = _members(shapes[kind])
    for name in required:
        if name not in value:
            raise ParamValidationError(
                f'Missing required parameter in {_text(path) or "input"}: "{name}"'
            )
    for name, each in value.items():
        of_member = members.get(name)
        if of_member is None:
            raise ParamValidationError(
                f'Unknown parameter in {_text(path) or "input"}: "{name}", '
                f"must be one of: {', '.join(members)}"
            )
        # Most values are text.
        if of_member or type(each) is not str:
            validate(shapes, of_member, each, (path, ".", name) if path else (None, name))


def _text(path: Any) -> str:
    if path is None:
        return ""
    outer, *inner = path
    return _text(outer) + "".join(inner)


@functools.cache
def _members(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the kinds by name, and the names that are required."""
    parts = [each.partition(":") for each in text.split()]
    return (
        {name.rstrip("!"): kind for name, _, kind in parts},
        [name[:-1] for name, _, _ in parts if name.endswith("!")],
    )
