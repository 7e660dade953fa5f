"""Which function creates and which updates a resource type, and what these functions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.emulator.clients import Clients

Inputs = Mapping[str, Any]
"""The provider's inputs, in camelCase."""

Created = tuple[str, dict[str, Any]]
"""A resource's id, and its outputs besides its inputs."""

Creator = Callable[[Clients, str, Inputs], Created]
"""Creates a resource of that physical name."""

Updater = Callable[[Clients, str, Inputs], bool]
"""Sets a resource of that physical name to what is declared, whatever was changed by hand.

Returns whether it exists; one that was deleted is created again."""

CREATORS: dict[str, Creator] = {}
UPDATERS: dict[str, Updater] = {}


def creates(resource_type: str, *, also_updates: bool = False) -> Callable[[Creator], Creator]:
    """Register the creator of a type; `also_updates`: the same call updates it, too."""

    def register(create: Creator) -> Creator:
        def update(client: Clients, name: str, inputs: Inputs) -> bool:
            create(client, name, inputs)
            return True

        CREATORS[resource_type] = create
        if also_updates:
            UPDATERS[resource_type] = update
        return create

    return register


def updates(resource_type: str) -> Callable[[Updater], Updater]:
    """Register the updater of a type."""

    def register(update: Updater) -> Updater:
        UPDATERS[resource_type] = update
        return update

    return register


def without_none(**arguments: Any) -> dict[str, Any]:
    """The arguments that are not None: boto3 rejects None, and inputs may be left out."""
    return {name: value for name, value in arguments.items() if value is not None}


def for_boto3(inputs: Inputs, *names: str) -> dict[str, Any]:
    """These inputs as boto3 takes them, those that are there; without `names`, all of them."""
    return {
        name[0].upper() + name[1:]: _value(inputs[name])
        for name in names or inputs
        if inputs.get(name) is not None
    }


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return for_boto3(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def as_int(value: float | None) -> int | None:
    """A whole number as boto3 expects it; Pulumi passes every number as a float."""
    return None if value is None else int(value)


def tag_list(inputs: Inputs) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]
