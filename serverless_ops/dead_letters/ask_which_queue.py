"""Of several dead-letter queues, the user chooses the one that a command is to change."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from serverless_ops.aws.best_effort import BestEffort
from serverless_ops.aws.queue_depth import Depth
from serverless_ops.context import Context
from serverless_ops.dead_letters.queue_location import QueueLocation
from serverless_ops.terminal import counted, one_line, out, show
from serverless_ops.typed_command import command_with


def ask_which(context: Context, locations: Sequence[QueueLocation]) -> QueueLocation:
    """Show the queues with their counts, and return the one that the user chooses.

    Raises UsageError with the commands to type instead, if nobody can be asked or the reply is
    none of them.
    """
    counts = _counts(context, locations)
    names = [each.name for each in locations]
    if not context.is_interactive():
        raise click.UsageError(_without_terminal(names, counts))
    console = out(errors=True)
    show(console, f"There are {len(names)} dead-letter queues:")
    for number, name in enumerate(names, 1):
        show(console, f"  {number}  {one_line(name)}: {counts[name]}")
    click.echo(f"Which one? [1-{len(names)}, or its name] ", nl=False, err=True)
    reply = sys.stdin.readline().strip()
    by_reply = {str(number): each for number, each in enumerate(locations, 1)}
    by_reply |= {each.name: each for each in locations}
    if reply not in by_reply:
        raise click.UsageError(f"there is no queue {reply!r}. {_without_terminal(names, counts)}")
    return by_reply[reply]


def _without_terminal(names: Sequence[str], counts: Mapping[str, str]) -> str:
    lines = (f"  {command_with('--queue', name)}    # {counts[name]}" for name in names)
    return "\n".join((f"there are {len(names)} dead-letter queues; choose one:", *lines))


def _counts(context: Context, locations: Sequence[QueueLocation]) -> dict[str, str]:
    """Return what waits in each, or why that is not known."""
    best_effort = BestEffort()
    depths = best_effort.read_all(
        {each.name: lambda each=each: each.reader(context).depth() for each in locations}  # type: ignore[misc]
    )
    known = {name: _count(depth) for name, depth in depths.items()}
    return {name: f"not known: {why}" for name, why in best_effort.errors.items()} | known


def _count(depth: Depth) -> str:
    hidden = f", {depth.hidden} more hidden" if depth.hidden else ""
    return counted(depth.visible, "dead letter") + hidden
