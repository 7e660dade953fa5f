"""`status`: one screen that says how a stack fares."""

from __future__ import annotations

import functools
import json
from typing import Any

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ops.commands.options import LEFT, OUT_OF_REACH
from ops.commands.stacks import on_stack
from ops.commands.status_lines import as_json, lines
from ops.letter_queue import LetterQueue
from ops.sight import out
from ops.status import Status, StatusReader
from ops.surroundings import StackAccess, Surroundings

EXIT_CODES = """\b
Exit codes:
  0    healthy; with --watch, ended by ctrl-C
  1    degraded or unhealthy
  2    wrong usage
  3    the stack cannot be reached, or something that matters could not be read
"""


@click.command("status", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--watch", is_flag=True, help="Look again and again, until ctrl-C.")
@click.option(
    "--interval",
    "interval_seconds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object on stdout.")
@on_stack
def show_status(
    surroundings: Surroundings,
    *,
    access: StackAccess,
    watch: bool,
    interval_seconds: int,
    json_wanted: bool,
) -> None:
    """Show health, backlog, dead letters, the last run of the relay, breakers and alarms.

    What cannot be read is named, with the right that is missing. Dead letters are looked at to
    group them, which SQS counts as a receive; --watch does so only when their number changes.
    """
    if watch and json_wanted:
        raise click.UsageError("give either --watch or --json")
    reader = _reader(surroundings, access)
    if watch:
        _watch(reader, surroundings, access.stack, interval_seconds)
        return
    status = reader.look()
    if json_wanted:
        click.echo(json.dumps(as_json(access.stack, status)))
    else:
        out().print(_screen(access.stack, status))
    if status.health == "healthy":
        return
    raise click.exceptions.Exit(OUT_OF_REACH if status.health == "unknown" else LEFT)


def _reader(surroundings: Surroundings, access: StackAccess) -> StatusReader:
    client: Any = functools.cache(lambda service: surroundings.client(service, access))

    def open_queue() -> LetterQueue:
        return LetterQueue(
            client("sqs"),
            access.output("deadLetterQueueUrl"),
            clock=surroundings.clock,
            poll_seconds=surroundings.poll_seconds,
        )

    return StatusReader(client, access, open_queue, surroundings.now)


def _watch(
    reader: StatusReader, surroundings: Surroundings, stack: str, interval_seconds: int
) -> None:
    try:
        with Live(console=out(), auto_refresh=False) as live:
            while True:
                live.update(_screen(stack, reader.look()), refresh=True)
                surroundings.sleep(interval_seconds)
    except KeyboardInterrupt:
        return


def _screen(stack: str, status: Status) -> Group:
    return Group(*(Text(line) for line in lines(stack, status)))
