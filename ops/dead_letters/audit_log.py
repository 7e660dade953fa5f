"""One line of JSON for each dead letter that a command has changed or skipped."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Self

import click
from rich.console import Console

from ops.dead_letters.outcome import Outcome
from serverless_runtime.shared.timestamps import to_text


def open_private(path: Path, flag: int) -> IO[str]:
    """Open a file for writing that only its owner can read; `flag` is O_APPEND or O_EXCL."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


class AuditLog(AbstractContextManager["AuditLog"]):
    """Writes to a file, or to the terminal's stderr."""

    def __init__(
        self, action: str, path: Path | None, console: Console, now: Callable[[], datetime]
    ) -> None:
        self._action = action
        self._console = console
        self._now = now
        self._stack = ExitStack()
        self._file: IO[str] | None = None
        if path is not None:
            try:
                file = open_private(path, os.O_APPEND)
            except OSError as error:
                raise click.UsageError(f"cannot write the audit file: {error}") from error
            self._file = self._stack.enter_context(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def write(self, outcome: Outcome) -> None:
        """Write it immediately. Raises OSError."""
        line = json.dumps(
            {
                "at": to_text(self._now()),
                "action": self._action,
                "message_id": outcome.dead_letter.message_id,
                "event_id": outcome.dead_letter.event_id,
                "outcome": outcome.outcome,
                "detail": outcome.detail,
            }
        )
        if self._file is None:
            self._console.out(line, highlight=False)
        else:
            self._file.write(line + "\n")
            self._file.flush()
