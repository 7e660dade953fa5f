"""What an engine had created when it was killed, before it could write that into its state.

The next engine does not know of it and creates the resource again. In AWS the first one stays, and
somebody finds it on the bill; here it is removed, so that nothing stands twice.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple


class Made(NamedTuple):
    """What it takes to delete a resource."""

    id: str

    inputs: dict[str, Any]


class Orphans:
    """Remembers what was created; what of it is in a state under `states` is no orphan.

    `states` holds the backends (`file://…`) of the engines that the provider serves.
    """

    def __init__(self, states: Path) -> None:
        self._states = states
        self._made: dict[str, dict[str, Made]] = defaultdict(dict)

    def created(self, urn: str, made: Made) -> None:
        """A resource was created, and its engine may live to write it down."""
        self._made[urn][made.id] = made

    def deleted(self, urn: str, id_: str) -> None:
        """A resource is gone."""
        self._made[urn].pop(id_, None)

    def of(self, urn: str) -> list[Made]:
        """What bears the URN, and no engine knows of."""
        made = self._made[urn]
        if not made:
            return []
        known = self._ids(urn)
        return [each for each in made.values() if each.id not in known]

    def _ids(self, urn: str) -> set[str]:
        documents = [
            json.loads(file.read_text()) for file in self._states.rglob("stacks/**/*.json")
        ]
        return {
            resource.get("id", "")
            for document in documents
            for resource in (document["checkpoint"].get("latest") or {}).get("resources") or []
            if resource["urn"] == urn
        }
