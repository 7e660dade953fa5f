"""`status`: one screen that shows the health of a stack."""

from __future__ import annotations

import json

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ops.context import Context
from ops.options import LEFT, UNREACHABLE, json_option, on_stack
from ops.stack import Stack
from ops.status.screen import as_json as status_as_json
from ops.status.screen import lines
from ops.status.status import Status, StatusReader
from ops.terminal import out

EXIT_CODES = """\b
Exit codes:
  0    healthy; with --watch, ended by ctrl-C
  1    degraded or unhealthy
  2    usage error
  3    the stack cannot be reached, or something that matters could not be read
"""


@click.command("status", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--watch", is_flag=True, help="Refresh until ctrl-C.")
@click.option(
    "--interval",
    "interval_seconds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Seconds between refreshes.",
)
@json_option
@on_stack
def show_status(
    context: Context, *, stack: Stack, watch: bool, interval_seconds: int, as_json: bool
) -> None:
    """Show health, backlog, dead letters, the relay's last run, circuit breakers and alarms.

    Parts that cannot be read are listed with the missing permission. Dead letters are received to
    group them, which SQS counts; --watch does so only when their number changes.
    """
    if watch and as_json:
        raise click.UsageError("pass either --watch or --json")
    reader = StatusReader(context, stack)
    if watch:
        _watch(reader, context, stack.name, interval_seconds)
        return
    status = reader.read()
    if as_json:
        click.echo(json.dumps(status_as_json(stack.name, status)))
    else:
        out().print(_screen(stack.name, status))
    if status.health == "healthy":
        return
    raise click.exceptions.Exit(UNREACHABLE if status.health == "unknown" else LEFT)


def _watch(reader: StatusReader, context: Context, stack: str, interval_seconds: int) -> None:
    try:
        with Live(console=out(), auto_refresh=False) as live:
            while True:
                live.update(_screen(stack, reader.read()), refresh=True)
                context.sleep(interval_seconds)
    except KeyboardInterrupt:
        return


def _screen(stack: str, status: Status) -> Group:
    return Group(*(Text(line) for line in lines(stack, status)))
