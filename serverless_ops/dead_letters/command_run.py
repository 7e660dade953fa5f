"""What replay and purge have in common: a run reports what it did, even if it is interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from serverless_ops.aws.errors import explain
from serverless_ops.context import Context
from serverless_ops.dead_letters.export_command import open_private
from serverless_ops.dead_letters.outcome import Outcome
from serverless_ops.dead_letters.queue_location import QueueLocation, hidden_notice
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.replay import ReplayStoppedError
from serverless_ops.dead_letters.report import Report
from serverless_ops.dead_letters.selection import Selection
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import INTERRUPTED, LEFT, UNREACHABLE, USAGE_ERROR, resolved
from serverless_ops.terminal import one_line, out, show
from serverless_runtime.shared.timestamps import to_text

_OPTIONS = (
    click.option("--apply", is_flag=True, help="Make the changes; the default is a dry run."),
    click.option("--max", "limit", type=click.IntRange(min=1), help="Process at most this many."),
    click.option(
        "--audit",
        "audit_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Append the audit lines to this file instead of printing them to stderr.",
    ),
    click.option(
        "--json", "as_json", is_flag=True, help="Print the summary as one JSON object on stdout."
    ),
)


Select = Callable[[int | None], Selection]
"""Reads dead letters, and selects at most the given number."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Options of a command that makes changes."""

    apply: bool
    limit: int | None
    audit_file: Path | None
    as_json: bool


run_options = resolved("options", lambda _, **given: RunOptions(**given), _OPTIONS)
"""Give a command the options of those that change something; it gets `options`."""


def _open_audit_file(path: Path | None) -> IO[str] | None:
    try:
        return open_private(path, "a") if path else None
    except OSError as error:
        raise click.UsageError(f"cannot write the audit file: {error}") from error


class CommandRun:
    """One run of a command that changes a queue. `done` is the desired outcome, such as
    "replayed"."""

    def __init__(self, action: str, done: str, options: RunOptions, context: Context) -> None:
        self.interrupts = Interrupts()
        self._options = options
        self._context = context
        self._report = Report(action, done, options.apply)
        self._errors = out(errors=True)
        self._audit = _open_audit_file(options.audit_file)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._errors,
            disable=not self._errors.is_terminal,
        )
        self._bar = self._progress.add_task(action)
        self._exit_code: int | None = None

    @contextmanager
    def reading(self, location: QueueLocation, target: str = "") -> Iterator[DeadLetterReader]:
        """Open the queue; keep an error for the summary instead of raising it."""
        where = one_line(f"Queue {location.url}{target} (from {location.source})")
        try:
            with (
                self._audit or nullcontext(),
                self.interrupts.handled(),
            ):
                if not self._options.as_json:
                    show(out(), where)
                reader = location.reader(self._context, self.interrupts)
                try:
                    with reader:
                        yield reader
                finally:
                    self._report.still_hidden = hidden_notice(reader, self._context.now())
        except KeyboardInterrupt:
            self._end("interrupted", "interrupted; run it again to continue", INTERRUPTED)
        except ReplayStoppedError as error:
            self._end("stopped", str(error), UNREACHABLE if error.unreachable else LEFT)
        except (ClientError, BotoCoreError) as error:
            self._end("stopped", explain(error), UNREACHABLE)
        except OSError as error:
            self._end("stopped", f"stopped, a file cannot be written: {error}", USAGE_ERROR)

    def carry_out(
        self,
        reader: DeadLetterReader,
        select: Select,
        do: Callable[[Selection], None],
        confirm: Callable[[Selection], None] | None = None,
    ) -> None:
        """Read and select; then, unless it is a dry run, `confirm` and `do` it.

        In rounds, if the queue returns the rest of a message group only after its beginning.
        """
        limit, total = self._options.limit, 0
        while limit is None or limit > 0:
            done = self._report.count(self._report.done)
            selection = self._selected(reader, select, limit)
            if not self._options.apply:
                return
            if confirm is not None:
                confirm(selection)
                confirm = None
            total += len(selection.chosen) + len(selection.skipped)
            self._progress.update(self._bar, total=total)
            with self._progress:
                do(selection)
            if not reader.is_fifo or self._report.count(self._report.done) == done:
                return
            limit = None if limit is None else limit - len(selection.chosen)

    def _selected(self, reader: DeadLetterReader, select: Select, limit: int | None) -> Selection:
        terminal = self._errors.is_terminal
        with self._errors.status("Reading dead letters …") if terminal else nullcontext():
            selection = select(limit)
        self._report.start(selection, reader)
        return selection

    def record(self, outcome: Outcome) -> None:
        """Keep an outcome, write its audit line, advance the progress bar."""
        self._report.outcomes.append(outcome)
        at = to_text(self._context.now())
        line = json.dumps({"at": at, "action": self._report.action, **outcome.as_json()})
        if self._audit is None:
            self._errors.out(line, highlight=False)
        else:
            print(line, file=self._audit, flush=True)
        self._progress.advance(self._bar)

    def finish(self, hint: str) -> None:
        """Print the summary and exit with the exit code."""
        report = self._report
        if self._options.as_json:
            click.echo(json.dumps(report.as_json()))
        else:
            console = out()
            report.show(console)
            if not report.apply:
                show(console, "Dry run: nothing was changed. Add --apply to make the changes.")
            elif report.count(report.done):
                show(console, hint)
        if report.error:
            show(out(errors=True), f"Error: {one_line(report.error)}")
        if report.still_hidden:
            show(out(errors=True), f"Warning: {report.still_hidden}")
        left = LEFT if report.something_left else 0
        raise click.exceptions.Exit(left if self._exit_code is None else self._exit_code)

    def _end(self, ended: str, text: str, exit_code: int) -> None:
        self._report.ended, self._report.error, self._exit_code = ended, text, exit_code
