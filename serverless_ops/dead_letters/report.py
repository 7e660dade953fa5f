"""The summary of a replay or purge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from serverless_ops.dead_letters.error_groups import error_pattern
from serverless_ops.dead_letters.outcome import Outcome
from serverless_ops.dead_letters.reader import WHY_HIDDEN, DeadLetterReader
from serverless_ops.dead_letters.selection import Selection
from serverless_ops.terminal import one_line

_NEXT = {
    "unreadable": "; dead-letters show ID prints one, dead-letters purge --unreadable --save FILE "
    "--apply removes them"
}
_LEFT_OUTCOMES = ("refused", "unreadable", "failed")


@dataclass
class Report:
    """Outcomes so far. `done` is the desired outcome, such as "replayed"."""

    action: str
    done: str
    apply: bool
    selection: Selection = field(default_factory=Selection)
    unread: int = 0
    """About how many messages SQS did not return, although the queue counts them."""

    hidden: int = 0
    """About how many another reader, or a killed run, has received."""

    outcomes: list[Outcome] = field(default_factory=list)
    ended: str = "done"
    error: str | None = None

    still_hidden: str | None = None
    """What the run itself has left hidden, and until when."""

    def start(self, selection: Selection, reader: DeadLetterReader) -> None:
        """Record a selection, in addition to earlier ones; a dry run ends here."""
        self.selection.add(selection)
        self.unread, self.hidden = reader.unread, reader.hidden_elsewhere
        if not self.apply:
            self.outcomes = [
                Outcome(dead_letter=each, outcome=f"would be {self.done}")
                for each in selection.chosen
            ] + selection.skipped

    def count(self, outcome: str) -> int:
        """Return how many dead letters had this outcome."""
        return sum(found.outcome == outcome for found in self.outcomes)

    @property
    def not_reached(self) -> int:
        """Selected, but the run ended before them."""
        return len(self.selection.chosen) + len(self.selection.skipped) - len(self.outcomes)

    @property
    def something_left(self) -> bool:
        """Whether something that matched is still in the queue and should not be."""
        return any(map(self.count, _LEFT_OUTCOMES)) or bool(
            self.not_reached or self.unread or self.hidden or self.still_hidden
        )

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
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
            "still_hidden": self.still_hidden,
            "unmatched": self.selection.unmatched,
            "stopped_at_max": self.selection.stopped_at_limit,
            "dead_letters": [each.as_json() for each in self.outcomes],
        }

    def show(self, console: Console) -> None:
        """Print a row for each outcome and reason."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("outcome", overflow="fold")
        table.add_column("count", justify="right", no_wrap=True)
        table.add_column("why", overflow="fold")
        rows = Counter((found.outcome, _why(found)) for found in self.outcomes)
        done = self.done if self.apply else f"would be {self.done}"
        rows.setdefault((done, ""), 0)
        for (outcome, why), count in sorted(rows.items(), key=lambda row: row[0][0] != done):
            kept = "still in the queue: " if outcome in ("refused", "unreadable") else ""
            table.add_row(outcome, str(count), kept + why + _NEXT.get(outcome, ""))
        if self.not_reached:
            table.add_row("not reached", str(self.not_reached), "still in the queue")
        if self.unread:
            table.add_row("unread", f"~{self.unread}", "SQS did not return them; run it again")
        if self.hidden:
            table.add_row("hidden", f"~{self.hidden}", f"{WHY_HIDDEN}; then run it again")
        if self.selection.unmatched:
            table.add_row("other", str(self.selection.unmatched), "excluded by the filters")
        console.print(table)
        if self.selection.stopped_at_limit:
            console.print("Reading stopped at --max; more may match.")


def _why(outcome: Outcome) -> str:
    # The numbers in a reason for refusing matter; the position of a syntax error does not.
    detail = outcome.detail or ""
    return one_line(detail) if outcome.outcome == "refused" else error_pattern(detail)
