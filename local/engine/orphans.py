"""What an engine had created when it was killed, before it could write that into its state.

The next engine does not know of it and creates the resource again. In AWS the first one stays, and
somebody finds it on the bill; here it is removed, so that nothing stands twice.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple


class Made(NamedTuple):
    """What it takes to delete a resource."""

    id: str

    inputs: dict[str, Any]


class Orphans:
    """Remembers what was created for whom; an engine is known by its connection."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Made]] = defaultdict(dict)
        self._in_state: dict[str, set[str]] = defaultdict(set)

    def is_in_state(self, engine: str, urn: str) -> None:
        """The engine has asked about a resource that exists: it knows of all that bear the URN."""
        self._in_state[engine].add(urn)

    def created(self, engine: str, urn: str, made: Made) -> None:
        """From now on this engine knows it."""
        self._made[urn][made.id] = made
        self.is_in_state(engine, urn)

    def deleted(self, urn: str, id_: str) -> None:
        """It is gone."""
        self._made[urn].pop(id_, None)

    def of(self, engine: str, urn: str) -> list[Made]:
        """What bears the URN of a resource that this engine creates for the first time."""
        return [] if urn in self._in_state[engine] else list(self._made[urn].values())
