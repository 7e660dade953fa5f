"""`status`: one screen that shows the health of a stack."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from rich.console import Console

from serverless_ops.context import Context
from serverless_ops.options import LEFT, UNREACHABLE, json_option, on_stacks
from serverless_ops.stack import Stack
from serverless_ops.status.screen import as_json as status_as_json
from serverless_ops.status.screen import lines
from serverless_ops.status.status import Status
from serverless_ops.status.status_reader import StatusReader
from serverless_ops.terminal import out, show

EXIT_CODES = """\b
Exit codes:
  0    healthy or recovering; with --watch, ended by Ctrl-C
  1    degraded or unhealthy, of several stacks at least one
  2    usage error
  3    the stack cannot be reached, or something that matters could not be read
"""


@click.command("status", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--watch", is_flag=True, help="Refresh until Ctrl-C.")
@click.option(
    "--interval",
    "interval_seconds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Seconds between refreshes.",
)
@json_option
@on_stacks
def show_status(
    context: Context, *, stacks: list[Stack], watch: bool, interval_seconds: int, as_json: bool
) -> None:
    """Show health, backlog, dead letters, the relay's last run, circuit breakers and alarms.

    --stack can be given several times. What does not respond within 10 seconds, or may not be
    read, is listed with the reason. Dead letters are received to group them, which SQS counts;
    --watch does so only when their number changes.
    """
    if watch and as_json:
        raise click.UsageError("pass either --watch or --json")
    readers = {stack.name: StatusReader(context, stack) for stack in stacks}
    if watch:
        _watch(readers, context, interval_seconds)
        return
    found = {name: reader.read() for name, reader in readers.items()}
    console = out()
    for name, status in found.items():
        if as_json:
            click.echo(json.dumps(status_as_json(name, status)))
        else:
            _show(console, name, status)
    worst = {status.health for status in found.values()}
    if worst & {"degraded", "unhealthy"}:
        raise click.exceptions.Exit(LEFT)
    if "unknown" in worst:
        raise click.exceptions.Exit(UNREACHABLE)


def _watch(readers: Mapping[str, StatusReader], context: Context, interval_seconds: int) -> None:
    console = out()
    try:
        while True:
            found = {name: reader.read() for name, reader in readers.items()}
            if console.is_terminal:
                console.clear()
            for name, status in found.items():
                _show(console, name, status)
            if not console.is_terminal:
                console.print()
            console.file.flush()
            context.sleep(interval_seconds)
    except KeyboardInterrupt:
        return


def _show(console: Console, stack: str, status: Status) -> None:
    for line in lines(stack, status):
        show(console, line)
