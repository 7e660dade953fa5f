"""What every maker of resources has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.clients import Clients

Inputs = Mapping[str, Any]
Made = tuple[str, dict[str, Any]]
"""A resource's id, and its outputs beside its inputs."""

Maker = Callable[[Clients, str, Inputs], Made]


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that are not None: boto3 refuses a None, the provider leaves inputs out."""
    return {name: value for name, value in arguments.items() if value is not None}


def whole(value: float | None) -> int | None:
    """A whole number as boto3 wants it; Pulumi carries every number as a float."""
    return None if value is None else int(value)


def tags_list(inputs: Inputs) -> list[dict[str, str]]:
    """Tags the way most services take them."""
    return [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]
