"""`dead-letters purge`: saves dead letters to a file and deletes them for good."""

from __future__ import annotations

from pathlib import Path

import click

from serverless_ops.context import Context
from serverless_ops.dead_letters.command_run import CommandRun, RunOptions, run_options
from serverless_ops.dead_letters.export_command import Mode, write_export
from serverless_ops.dead_letters.filters import Filters, filter_options
from serverless_ops.dead_letters.outcome import FAILED, NOT_HELD, PURGED, Outcome
from serverless_ops.dead_letters.queue_location import QueueLocation
from serverless_ops.dead_letters.queue_options import EXIT_CODES, on_one_queue
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.selection import Selection, select_for_purge
from serverless_ops.options import confirm
from serverless_ops.terminal import counted

_HELP = """Delete dead letters for good. A dry run without --apply.

Everything is saved before anything is deleted, payloads included, to a new file that only you can
read: message id, body and message attributes, enough to send it to the queue again.

A message that the consumer of a FIFO queue has parked is refused: its message group would wait for
it for ever. The summary says of which groups there are some, and what to do.
"""


@click.command("purge", help=_HELP, epilog=EXIT_CODES)
@click.pass_obj
@run_options
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file to save the messages to, one JSON object per line. Required with --apply.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--unreadable", is_flag=True, help="Delete the messages that contain no event, and no others."
)
@filter_options
@on_one_queue
def purge_dead_letters(
    context: Context,
    *,
    location: QueueLocation,
    filters: Filters,
    options: RunOptions,
    save: Path | None,
    yes: bool,
    unreadable: bool,
) -> None:
    """Save dead letters to a file and delete them for good."""
    if options.apply and save is None:
        raise click.UsageError(
            "--apply needs --save FILE: messages are saved before they are deleted"
        )
    if save is not None and save.exists():
        raise click.UsageError(f"--save must name a new file, {save} already exists")
    started_at = context.now()
    run = CommandRun("purge", PURGED, options, context)
    with run.reading(location) as reader:

        def select(limit: int | None) -> Selection:
            received = reader.receive(before=started_at)
            return select_for_purge(
                received, filters, started_at, unreadable=unreadable, limit=limit
            )

        # New at first: two runs that were given the same name must not overwrite each other.
        new: list[Mode] = ["x"]

        def delete(selection: Selection) -> None:
            if save is not None and selection.chosen:
                write_export(selection.chosen, save, new.pop() if new else "a")
            _purge(selection, reader, run)

        run.carry_out(reader, select, delete, confirm=None if yes else _confirm)
    run.finish(f"The deleted messages are saved in {save}.")


def _purge(selection: Selection, reader: DeadLetterReader, run: CommandRun) -> None:
    """Delete the selected dead letters permanently."""
    for skipped in selection.skipped:
        run.record(skipped)
    for each in selection.chosen:
        reader.keep_hidden()
        with run.interrupts.shielded():
            problem = reader.try_delete(each) if reader.holds(each) else NOT_HELD
            outcome = FAILED if problem else PURGED
            run.record(Outcome(dead_letter=each, outcome=outcome, detail=problem))


def _confirm(selection: Selection) -> None:
    if selection.chosen:
        confirm(f"Delete {counted(len(selection.chosen), 'dead letter')} for good?")
