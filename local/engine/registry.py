"""What a resource type of the emulator is, and which there are."""

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
    """A resource as it stands."""

    id: str

    outputs: Outputs


class ResourceType(ABC):
    """How one type is made, found, changed and removed, for one emulator.

    A method lets the emulator's error through if the resource does not exist (any more).
    """

    service: ClassVar[str]
    """The boto3 client that `api` is."""

    token: ClassVar[str] = ""

    replaces: ClassVar[frozenset[str]] = frozenset()
    """Inputs whose change needs a new resource; the modules name where the provider says so."""

    named_by: ClassVar[str] = "name"
    """The input that gets a name if the program leaves it out, where the type has that input."""

    unique_by_name: ClassVar[bool] = False
    """Whether no two may have one name in an account and region."""

    defaults: ClassVar[Mapping[str, Any]] = {}
    """What the AWS provider takes for inputs that are left out, of those that would replace it."""

    updates_name: ClassVar[frozenset[str]] = frozenset()
    """The naming inputs that can be updated; of most types, none."""

    without_effect: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the emulator has nothing for; docs/conformance.md says so."""

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
        """A name that was made up, as the type needs it."""
        return name

    def replacing(self, old: Inputs, new: Inputs) -> Collection[str]:
        """Changed inputs that need a new resource for their values only."""
        return ()

    def id_of(self, inputs: Inputs) -> str | None:
        """The id that it has, if it stands, for its name alone; None if that cannot be known."""
        return inputs.get(self.named_by) if self.unique_by_name else None

    @abstractmethod
    def create(self, inputs: Inputs) -> Created:
        """Make it by one call; return its id and its outputs besides the inputs."""

    def finish(self, id_: str, inputs: Inputs) -> None:  # noqa: B027 -- most types need none
        """Make the further calls that a new resource needs; if one fails, it is deleted again."""

    @abstractmethod
    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        """What the emulator has, by boto3's names as in `declared`; empty: it does not exist."""

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        """What `find` returns as long as nobody changed it; other settings may be there, too."""
        return {}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        """The outputs besides the inputs, from what was found."""
        return {}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        """Set it to what is declared; types of which each change replaces leave it out."""
        raise NotImplementedError(f"{self.token} has no property that can be updated")

    @abstractmethod
    def delete(self, id_: str, inputs: Inputs) -> None:
        """Remove it."""


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
