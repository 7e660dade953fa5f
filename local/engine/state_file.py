"""Keeps a state in a journal: one line for each change."""

from __future__ import annotations

from pathlib import Path

from local.engine import journal
from local.engine.state import Entry, State


class StateFile:
    """Its lines are `[URN, entry]`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: dict[str, Entry] | None = None

    def read(self) -> State:
        """The state as it was saved last; empty if there is no file."""
        return State.from_json(journal.read(self._path))

    def save(self, state: State) -> None:
        """Add what is new since the last call; the first one writes the whole file."""
        if self._written is None:
            partial = self._path.with_suffix(".partial")
            partial.write_text("".join(_line(urn, entry) for urn, entry in state.items()))
            partial.rename(self._path)
        else:
            gone = "".join(_line(urn, None) for urn in self._written if urn not in state)
            new = "".join(
                _line(urn, entry)
                for urn, entry in state.items()
                if self._written.get(urn) is not entry
            )
            with self._path.open("a") as file:
                file.write(gone + new)
        self._written = dict(state)


def _line(urn: str, entry: Entry | None) -> str:
    return journal.line(urn, entry and entry.to_json())
