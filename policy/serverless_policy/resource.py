"""A resource as a rule sees it, wherever it comes from: Pulumi's engine or a recorded run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Unknown:
    """A value that only the deployment will know, such as an ARN in a preview."""


UNKNOWN = Unknown()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack. Input names are the provider's (camelCase)."""

    urn: str
    type: str
    name: str

    inputs: Mapping[str, Any]
    """Plain dicts, lists, texts and numbers; UNKNOWN stands for what is not known yet."""

    protect: bool = False
    """Whether it is protected from deletion by Pulumi."""

    comes_from: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For each input, the URNs of the resources whose outputs are in it. A preview knows these
    even where it does not know the values."""

    def uses(self, key: str, other: Resource) -> bool:
        """Whether the input `key` was made from an output of `other`."""
        return other.urn in self.comes_from.get(key, ())

    def get(self, *path: str) -> Any:
        """The input at a path of keys; None if it is not there, UNKNOWN if that is unknown."""
        value: Any = self.inputs
        for key in path:
            if isinstance(value, list):
                value = value[0] if value else None
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def of_type(resources: Iterable[Resource], *types: str) -> Iterator[Resource]:
    return (resource for resource in resources if resource.type in types)


def statements(document: Any) -> list[Mapping[str, Any]]:
    """The statements of an IAM document; none if the document is missing or not known yet."""
    if not isinstance(document, str):
        return []
    found = json.loads(document).get("Statement", [])
    return found if isinstance(found, list) else [found]


def as_list(value: Any) -> list[Any]:
    """IAM accepts a string in place of a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
