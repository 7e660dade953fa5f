"""Reads several parts independently: a part whose call fails is missing, and the rest is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.aws.errors import UnreachableError, explain

T = TypeVar("T")
R = TypeVar("R")

PART_SECONDS = 10
"""How long a part may take where all are read at once."""


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

    def read_all(
        self, parts: Mapping[str, Callable[[], Any]], seconds: float = PART_SECONDS
    ) -> dict[str, Any]:
        """Read all parts at once; return those that respond within `seconds`."""
        found: dict[str, Any] = {}
        raised: dict[str, Exception] = {}
        errors: dict[str, str] = {}

        def run(part: str, read: Callable[[], Any]) -> None:
            try:
                found[part] = read()
            except (ClientError, BotoCoreError) as error:
                errors[part] = explain(error)
            except UnreachableError as error:
                errors[part] = str(error)
            except Exception as error:
                raised[part] = error

        # Daemons: one that gets no response must not keep the program from ending.
        threads = {
            part: threading.Thread(target=run, args=(part, read), daemon=True)
            for part, read in parts.items()
        }
        for thread in threads.values():
            thread.start()
        until = time.monotonic() + seconds
        for part, thread in threads.items():
            thread.join(max(until - time.monotonic(), 0))
            if thread.is_alive():
                errors[part] = f"no response within {seconds:g} s"
        for part in parts:
            if part in raised:
                raise raised[part]
        self.errors.update((part, errors[part]) for part in parts if part in errors)
        # A copy: what responds later must not appear half-way.
        return dict(found)
