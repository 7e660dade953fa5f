"""What an engine knows of the resources it made: by URN, as JSON-serializable data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.engine.assets import plain, revived


@dataclass(frozen=True)
class Entry:
    """A resource as it was deployed last."""

    type: str

    id: str

    inputs: dict[str, Any]
    """What was declared; an asset is one whose hash is known."""

    outputs: dict[str, Any]

    dependencies: list[str] = field(default_factory=list)
    """URNs of what must exist before it."""

    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    """For each input, URNs of the resources whose outputs are in it."""

    pending: bool = False
    """Whether it was being created when this was written: it may exist, and has no id."""

    protect: bool = False

    retain_on_delete: bool = False

    deleted_with: str = ""

    @property
    def depends_on(self) -> set[str]:
        """URNs of what must exist before it, for whichever reason."""
        return {
            *self.dependencies,
            *(u for urns in self.property_dependencies.values() for u in urns),
        }


class State(dict[str, Entry]):
    """Entries by URN, in the order in which they were declared last."""

    def to_json(self) -> dict[str, Any]:
        """The state as JSON has it; assets by their path and the hash of their content."""
        return {urn: plain(vars(entry)) for urn, entry in self.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> State:
        """The reverse of `to_json`."""
        return cls({urn: Entry(**revived(entry)) for urn, entry in document.items()})

    def dependents(self, urn: str) -> list[str]:
        """URNs of what cannot exist without this one, directly."""
        return [other for other, entry in self.items() if urn in entry.depends_on]

    def deletion_order(self, urns: Collection[str]) -> list[str]:
        """These, in the reverse order, and each after what depends on it."""
        ordered: dict[str, None] = {}
        for urn in reversed([urn for urn in self if urn in urns]):
            for each in self._dependents_first(urn, urns):
                ordered.setdefault(each)
        return list(ordered)

    def _dependents_first(self, urn: str, urns: Collection[str]) -> Iterator[str]:
        for dependent in reversed(self.dependents(urn)):
            if dependent in urns and dependent != urn:
                yield from self._dependents_first(dependent, urns)
        yield urn
