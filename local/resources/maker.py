"""What every maker of resources has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.clients import Clients

Inputs = Mapping[str, Any]
Made = tuple[str, dict[str, Any]]
"""A resource's id, and its outputs beside its inputs."""

Maker = Callable[[Clients, str, Inputs], Made]

Mender = Callable[[Clients, str, Inputs], bool]
"""Changes a resource of that name to what is declared, whatever was done to it meanwhile.

Returns whether it was there; one that was deleted is left to the maker."""


def making_again(maker: Maker) -> Mender:
    """The mender of a resource that the same call makes and changes."""

    def mend(client: Clients, name: str, inputs: Inputs) -> bool:
        maker(client, name, inputs)
        return True

    return mend


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that are not None: boto3 refuses a None, the provider leaves inputs out."""
    return {name: value for name, value in arguments.items() if value is not None}


def whole(value: float | None) -> int | None:
    """A whole number as boto3 wants it; Pulumi carries every number as a float."""
    return None if value is None else int(value)


def tags_list(inputs: Inputs) -> list[dict[str, str]]:
    """Tags the way most services take them."""
    return [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]
