"""Translations from the provider's inputs to boto3's arguments that several services share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.engine.resource_types import Inputs


def without_none(**arguments: Any) -> dict[str, Any]:
    """The arguments that are not None: boto3 rejects None, and inputs may be left out."""
    return {name: value for name, value in arguments.items() if value is not None}


def for_boto3(inputs: Inputs, *names: str) -> dict[str, Any]:
    """The inputs that are set, in boto3's form; without `names`, all of them."""
    return {
        name[0].upper() + name[1:]: _value(inputs[name])
        for name in names or inputs
        if inputs.get(name) is not None and not name.startswith("__")
    }


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return for_boto3(value)
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def as_int(value: float | None) -> int | None:
    """A whole number as boto3 expects it; Pulumi passes every number as a float."""
    return None if value is None else int(value)


def as_text(value: object) -> str:
    """A value for services whose attributes are all text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def tags_of(inputs: Inputs) -> dict[str, str]:
    """The tags, without Pulumi's own entries."""
    return {
        key: value for key, value in (inputs.get("tags") or {}).items() if not key.startswith("__")
    }


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def change_tags(
    old: Inputs,
    new: Inputs,
    untag: Callable[..., object],
    tag: Callable[..., object],
    *,
    as_tags: Callable[[Mapping[str, str]], object] = tag_list,
    **target: str,
) -> None:
    """Turn the old tags of `target` into the new ones, by the service's two calls for it.

    `as_tags` gives the tags the service's form; a list of `Key` and `Value` by default.
    """
    before, after = tags_of(old), tags_of(new)
    removed = sorted(before.keys() - after.keys())
    added = {key: value for key, value in after.items() if before.get(key) != value}
    if removed:
        untag(**target, TagKeys=removed)
    if added:
        tag(**target, Tags=as_tags(added))
