"""What replay and purge have in common: however the work ends, it is told what was done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ops.aws_errors import explain
from ops.commands.options import (
    INTERRUPTED,
    LEFT,
    OUT_OF_REACH,
    WRONG_USAGE,
    RunOptions,
    open_queue,
)
from ops.commands.report import Audit, Report
from ops.interrupts import Interrupts
from ops.letter_queue import LetterQueue
from ops.plan import Plan
from ops.run import Outcome, ReplayStoppedError
from ops.sight import one_line, out
from ops.surroundings import Access, Surroundings


class Work:
    """One run of a command that changes the queue. `done` is what it wants, e.g. "replayed"."""

    def __init__(self, action: str, done: str, run: RunOptions, surroundings: Surroundings) -> None:
        self.interrupts = Interrupts()
        self._run = run
        self._surroundings = surroundings
        self._report = Report(action, done, apply=run.apply)
        self._errors = out(errors=True)
        self._audit = Audit(action, run.audit_file, self._errors, surroundings.now)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._errors,
            disable=not self._errors.is_terminal,
        )
        self._bar = self._progress.add_task(action)
        self._status: int | None = None

    @contextmanager
    def on_queue(self, access: Access) -> Iterator[LetterQueue]:
        """Open the queue, and keep what goes wrong for the summary instead of raising it."""
        try:
            with (
                self._audit,
                self.interrupts.handled(),
                open_queue(self._surroundings, access, self.interrupts) as queue,
            ):
                if not self._run.as_json:
                    out().print(_where(access))
                yield queue
        except KeyboardInterrupt:
            self._end("interrupted", "interrupted; run it again to continue", INTERRUPTED)
        except ReplayStoppedError as error:
            self._end("stopped", str(error), OUT_OF_REACH if error.out_of_reach else LEFT)
        except (ClientError, BotoCoreError) as error:
            self._end("stopped", explain(error), OUT_OF_REACH)
        except OSError as error:
            self._end("stopped", f"stopped, a file cannot be written: {error}", WRONG_USAGE)

    def carry_out(
        self,
        queue: LetterQueue,
        choose: Callable[[], Plan],
        do: Callable[[Plan], None],
        confirm: Callable[[Plan], None] | None = None,
    ) -> None:
        """Read and plan; then, unless it is a dry run, `confirm` and `do` it."""
        terminal = self._errors.is_terminal
        with self._errors.status("Reading dead letters …") if terminal else nullcontext():
            plan = choose()
        self._report.expect(plan, queue)
        if not self._run.apply:
            return
        if confirm is not None:
            confirm(plan)
        self._progress.update(self._bar, total=len(plan.chosen) + len(plan.left))
        with self._progress:
            do(plan)

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome, write its audit line, move the bar."""
        self._report.outcomes.append(outcome)
        self._audit.write(outcome)
        self._progress.advance(self._bar)

    def finish(self, hint: str) -> None:
        """Print the summary and leave with the exit code."""
        report = self._report
        if self._run.as_json:
            click.echo(json.dumps(report.as_json()))
        else:
            console = out()
            report.show(console)
            if not report.apply:
                console.print("Dry run: nothing was changed. Add --apply to do it.")
            elif report.count(report.done):
                console.print(hint)
        if report.error:
            out(errors=True).print(f"Error: {one_line(report.error)}")
        left = LEFT if report.something_left else 0
        raise click.exceptions.Exit(left if self._status is None else self._status)

    def _end(self, ended: str, text: str, status: int) -> None:
        self._report.ended, self._report.error, self._status = ended, text, status


def _where(access: Access) -> str:
    queue = f"Queue {access.queue_url}"
    target = f", target {access.function}" if access.function else ""
    return one_line(f"{queue}{target} (from {access.found_in})")
