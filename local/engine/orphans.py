"""Resources that a killed engine created but did not record in its state.

The next engine does not know of them and creates them again. In AWS the first ones stay, and show
up on the bill; here they are deleted, so that nothing exists twice.
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
    """Remembers what was created; what a state under `states` contains is not an orphan.

    `states` holds the backends (`file://…`) of the engines that the provider serves.
    """

    def __init__(self, states: Path) -> None:
        self._states = states
        self._made: dict[str, dict[str, Made]] = defaultdict(dict)

    def created(self, urn: str, made: Made) -> None:
        """Remember a resource; its engine may be killed before it saves its state."""
        self._made[urn][made.id] = made

    def deleted(self, urn: str, id_: str) -> None:
        """Forget a deleted resource."""
        self._made[urn].pop(id_, None)

    def of(self, urn: str) -> list[Made]:
        """Resources with this URN that no engine has in its state."""
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
