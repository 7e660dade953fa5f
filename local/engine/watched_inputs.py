"""Inputs that remember which of them were read: one that is not would be silently ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class WatchedInputs(Mapping[str, Any]):
    """The inputs of a resource, as its type reads them."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._inputs = inputs
        self._unread = {name for name, value in inputs.items() if value is not None}

    @property
    def unread(self) -> list[str]:
        """Names of the inputs with a value that were not read."""
        return sorted(self._unread)

    def __getitem__(self, name: str) -> Any:
        self._unread.discard(name)
        return self._inputs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._inputs)

    def __len__(self) -> int:
        return len(self._inputs)
