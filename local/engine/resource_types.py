"""The base class of the emulator's resource types, and the registry of all of them."""

from __future__ import annotations

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, TypeVar

from local.emulator.clients import Clients

Inputs = Mapping[str, Any]
"""The provider's inputs, in camelCase."""

Outputs = dict[str, Any]


class Created(NamedTuple):
    """An existing resource."""

    id: str

    outputs: Outputs


class ResourceType(ABC):
    """Creates, finds, updates and deletes resources of one type in one emulator.

    Methods raise the emulator's error if the resource does not exist (any more).
    """

    service: ClassVar[str]
    """Name of the boto3 client in `api`."""

    token: ClassVar[str] = ""

    replaces: ClassVar[frozenset[str]] = frozenset()
    """Inputs whose change needs a new resource; each module links to the provider's list."""

    named_by: ClassVar[str] = "name"
    """The input for which a name is generated if the program leaves it out, if there is one."""

    unique_by_name: ClassVar[bool] = False
    """Whether no two may have one name in an account and region."""

    defaults: ClassVar[Mapping[str, Any]] = {}
    """The AWS provider's defaults of inputs whose change replaces the resource."""

    updates_name: ClassVar[frozenset[str]] = frozenset()
    """The naming inputs that can be updated; of most types, none."""

    without_effect: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the emulator does not support; see docs/conformance.md."""

    longest_name: ClassVar[int] = 255

    renamed: ClassVar[Mapping[str, str]] = {}
    """Inputs by the boto3 names of `declared` that differ in more than the case of one letter."""

    def __init__(self, client: Clients) -> None:
        self.client = client

    @property
    def api(self) -> Any:
        """The boto3 client of the service."""
        return self.client(self.service)

    def named(self, name: str, inputs: Inputs) -> str:
        """A generated name, in the form that the type requires."""
        return name

    def replacing(self, old: Inputs, new: Inputs) -> Collection[str]:
        """Changed inputs that need a new resource for certain values only."""
        return ()

    def id_of(self, inputs: Inputs) -> str | None:
        """The id that follows from its name, if it exists; None if it cannot be derived."""
        return inputs.get(self.named_by) if self.unique_by_name else None

    @abstractmethod
    def create(self, inputs: Inputs) -> Created:
        """Create it with one call; return its id, and the outputs that are not inputs."""

    def finish(self, id_: str, inputs: Inputs) -> None:  # noqa: B027 -- most types need none
        """Make the further calls that a new resource needs; if one fails, it is deleted again."""

    @abstractmethod
    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        """The emulator's values, by boto3's names as in `declared`; empty if it does not exist."""

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        """What `find` returns unless it was changed by hand; there may be more settings."""
        return {}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        """The outputs that are not inputs, from what was found."""
        return {}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        """Update it to what is declared; a type that every change replaces has no such method."""
        raise NotImplementedError(f"{self.token} has no property that can be updated")

    @abstractmethod
    def delete(self, id_: str, inputs: Inputs) -> None:
        """Delete it."""


_TYPES: dict[str, type[ResourceType]] = {}


_Type = TypeVar("_Type", bound=type[ResourceType])


def resource(token: str, *, replaces: Collection[str] = ()) -> Callable[[_Type], _Type]:
    """Register a type; a change of its region replaces it, as every type of the provider does."""

    def register(cls: _Type) -> _Type:
        cls.token = token
        # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
        cls.replaces = frozenset({"region", *replaces})
        _TYPES[token] = cls
        return cls

    return register


@cache
def resource_types() -> Mapping[str, type[ResourceType]]:
    """Every type by its token."""
    services = import_module("local.engine.services")
    for module in pkgutil.iter_modules(services.__path__, f"{services.__name__}."):
        import_module(module.name)
    return dict(sorted(_TYPES.items()))
