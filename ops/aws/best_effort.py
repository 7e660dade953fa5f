"""Reads several parts independently: a part whose call fails is missing, and the rest is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws.errors import explain

T = TypeVar("T")
R = TypeVar("R")


class BestEffort:
    """What could be read, and why the rest could not."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        """Why each part is missing, by its name."""

    def read(self, part: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns, or `otherwise` if the call fails."""
        try:
            return read()
        except (ClientError, BotoCoreError) as error:
            self.errors[part] = explain(error)
            return otherwise

    def read_each(
        self, part: str, entries: Mapping[str, T], read: Callable[[T], R]
    ) -> dict[str, R]:
        """Return what `read` returns for each of the entries, without those whose call fails."""
        found: dict[str, R] = {}
        for name, entry in entries.items():
            try:
                found[name] = read(entry)
            except (ClientError, BotoCoreError) as error:
                self.errors[part if len(entries) == 1 else f"{part} {name}"] = explain(error)
        return found
