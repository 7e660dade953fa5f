"""Keeps a state in a file that a killed process leaves whole: one line for each change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.engine.state import Entry, State


class StateFile:
    """Lines of `[URN, entry]`; the last one of a URN counts, and null says that it is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: dict[str, Entry] | None = None

    def read(self) -> State:
        """The state as it was saved last; empty if there is no file."""
        document: dict[str, Any] = {}
        for line in self._lines():
            urn, entry = json.loads(line)
            # The newest last, as in the state itself.
            document.pop(urn, None)
            if entry is not None:
                document[urn] = entry
        return State.from_json(document)

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

    def _lines(self) -> Iterator[str]:
        if self._path.exists():
            with self._path.open() as file:
                # A last line without an end was being written when the process was killed.
                yield from (line for line in file if line.endswith("\n"))


def _line(urn: str, entry: Entry | None) -> str:
    return json.dumps([urn, entry and entry.to_json()]) + "\n"
