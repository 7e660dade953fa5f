"""`dead-letters export`: dead letters as JSON lines, with everything that is in the queue."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, Literal

import click

from serverless_ops.context import Context
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.error_groups import describe
from serverless_ops.dead_letters.filters import Filters, filter_options
from serverless_ops.dead_letters.queue_location import QueueLocation, reading
from serverless_ops.dead_letters.queue_options import EXIT_CODES, on_queues
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import LEFT
from serverless_ops.terminal import counted
from serverless_ops.unread import Unread

Mode = Literal["a", "x"]
"""To append to a file, or to make a new one."""


@click.command("export", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file that only you can read; without it, lines are printed on stdout.",
)
@filter_options
@on_queues
def export_dead_letters(
    context: Context, *, locations: list[QueueLocation], filters: Filters, to: Path | None
) -> None:
    """Print one JSON object per dead letter, payloads included, and change nothing.

    The payload is text, exactly as it was received: digits, white space and all. Body, attributes
    and message group are enough to send the message again. Reading costs the same as in list.
    """
    interrupts, unread, left, count = Interrupts(), Unread(), 0, 0
    try:
        file = open_private(to, "x") if to else sys.stdout
    except OSError as error:
        raise click.UsageError(f"--to must name a new file that can be written: {error}") from error
    with file if to else nullcontext():
        for location in locations:
            with (
                unread.reading(location.label),
                interrupts.handled(),
                reading(location, context, interrupts) as reader,
            ):
                for dead_letter in reader.receive(before=context.now()):
                    if filters.matches(dead_letter):
                        _write(file, exported(dead_letter))
                        count += 1
            left += reader.unread + reader.hidden_elsewhere + reader.held
    more = f"; about {left} more were not returned" if left else ""
    click.echo(f"{counted(count, 'dead letter')} exported{more}.", err=True)
    unread.end(LEFT if left else 0)


def open_private(path: Path, mode: Mode) -> IO[str]:
    """Open a file for writing that nobody else may read; Path.open cannot say who may."""
    return open(path, mode, encoding="utf-8", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def exported(dead_letter: DeadLetter) -> dict[str, Any]:
    """Return everything about a dead letter; JSON can hold it."""
    return {
        **describe(dead_letter),
        "payload": dead_letter.record and dead_letter.record.payload,
        "body": dead_letter.body,
        "message_attributes": json.loads(json.dumps(dict(dead_letter.attributes), default=_binary)),
    }


def write_export(dead_letters: Iterable[DeadLetter], path: Path, mode: Mode) -> None:
    """Write dead letters to a file, and return when they are on the disk. Raises OSError."""
    with open_private(path, mode) as file:
        for each in dead_letters:
            _write(file, exported(each))
        file.flush()
        os.fsync(file.fileno())


def _write(file: IO[str], line: dict[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")


def _binary(value: Any) -> str:
    return base64.b64encode(value).decode()
