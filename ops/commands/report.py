"""What a replay or purge did: one audit line per message, and a summary at the end."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

import click
from rich import box
from rich.console import Console
from rich.table import Table

from ops.letter_queue import WHY_HIDDEN, LetterQueue
from ops.plan import Plan
from ops.run import Outcome
from ops.sight import one_line, shape
from serverless_runtime.shared.timestamps import to_text

_LEFT_OUTCOMES = ("refused", "unreadable", "failed")


def open_private(path: Path, how: int) -> IO[str]:
    """Open a file for writing that nobody else may read; `how` is O_APPEND or O_EXCL."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


class Audit(AbstractContextManager["Audit"]):
    """One line of JSON per message, to a file or to the terminal's stderr."""

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
        """Write it down now. Raises OSError."""
        line = json.dumps(
            {
                "at": to_text(self._now()),
                "action": self._action,
                "message_id": outcome.letter.message_id,
                "event_id": outcome.letter.event_id,
                "outcome": outcome.outcome,
                "detail": outcome.detail,
            }
        )
        if self._file is None:
            self._console.out(line, highlight=False)
        else:
            self._file.write(line + "\n")
            self._file.flush()


class Report:
    """Outcomes so far. `done` is the outcome that was wanted, e.g. "replayed"."""

    def __init__(self, action: str, done: str, *, apply: bool) -> None:
        self.action = action
        self.done = done
        self.apply = apply
        self.plan = Plan()
        self.unread = 0
        """About how many messages could not be read, although the queue shows them."""

        self.hidden = 0
        """About how many another reader has, or a killed one had."""

        self.outcomes: list[Outcome] = []
        self.ended = "done"
        self.error: str | None = None

    def expect(self, plan: Plan, queue: LetterQueue) -> None:
        """Take over what is planned; a dry run ends with it."""
        self.plan = plan
        self.unread, self.hidden = queue.unread, queue.hidden_elsewhere
        if not self.apply:
            self.outcomes = [
                Outcome(letter=letter, outcome=f"would be {self.done}") for letter in plan.chosen
            ] + [
                Outcome(letter=left.letter, outcome=left.outcome, detail=left.reason)
                for left in plan.left
            ]

    def count(self, outcome: str) -> int:
        """How many dead letters had this outcome."""
        return sum(found.outcome == outcome for found in self.outcomes)

    @property
    def not_reached(self) -> int:
        """Planned, but the run ended before them."""
        return len(self.plan.chosen) + len(self.plan.left) - len(self.outcomes)

    @property
    def something_left(self) -> bool:
        """Whether something that matched is still in the queue and should not be."""
        return any(map(self.count, _LEFT_OUTCOMES)) or bool(
            self.not_reached or self.unread or self.hidden
        )

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        names = (self.done if self.apply else f"would be {self.done}", *_LEFT_OUTCOMES)
        return {
            "action": self.action,
            "applied": self.apply,
            "ended": self.ended,
            "error": self.error,
            **{name.replace(" ", "_"): self.count(name) for name in names},
            "not_reached": self.not_reached,
            "unread": self.unread,
            "hidden": self.hidden,
            "unmatched": self.plan.unmatched,
            "stopped_at_max": self.plan.full,
            "dead_letters": [
                {
                    "message_id": found.letter.message_id,
                    "event_id": found.letter.event_id,
                    "outcome": found.outcome,
                    "detail": found.detail,
                }
                for found in self.outcomes
            ],
        }

    def show(self, console: Console) -> None:
        """Print the summary: a row per outcome and reason."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("outcome", overflow="fold")
        table.add_column("count", justify="right", no_wrap=True)
        table.add_column("why", overflow="fold")
        rows = Counter((found.outcome, _why(found)) for found in self.outcomes)
        done = self.done if self.apply else f"would be {self.done}"
        rows.setdefault((done, ""), 0)
        for (outcome, why), count in sorted(rows.items(), key=lambda row: row[0][0] != done):
            kept = "still in the queue: " if outcome in ("refused", "unreadable") else ""
            table.add_row(outcome, str(count), kept + why)
        if self.not_reached:
            table.add_row("not reached", str(self.not_reached), "still in the queue")
        if self.unread:
            table.add_row("unread", f"~{self.unread}", "SQS did not hand them out; run it again")
        if self.hidden:
            table.add_row("hidden", f"~{self.hidden}", f"{WHY_HIDDEN}; run it again then")
        if self.plan.unmatched:
            table.add_row("other", str(self.plan.unmatched), "not what was asked for, left alone")
        console.print(table)
        if self.plan.full:
            console.print("Reading ended at --max; there may be more that matches.")


def _why(outcome: Outcome) -> str:
    # Of two refusals the numbers matter; of two unreadable messages the place of the fault not.
    detail = outcome.detail or ""
    return one_line(detail) if outcome.outcome == "refused" else shape(detail)
