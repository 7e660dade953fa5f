"""Options that several commands share, and what they are made into."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ops.commands.access import find_access
from ops.interrupts import Interrupts
from ops.letter_queue import LetterQueue
from ops.selection import Selection, read_moment
from ops.surroundings import Access, Surroundings

LEFT, WRONG_USAGE, OUT_OF_REACH, INTERRUPTED = 1, 2, 3, 130

EXIT_CODES = """\b
Exit codes:
  0    done; nothing that matched was left behind (beyond --max, if given)
  1    something that matched, or may match, is still in the queue: unreadable, refused,
       failed, hidden by another reader, or the target was busy for too long;
       for show: no such dead letter
  2    wrong usage, or a file that cannot be written
  3    the stack, the queue or the target cannot be reached
  130  interrupted
"""
Command = Callable[..., Any]


class Moment(click.ParamType[datetime]):
    """RFC 3339, or how long ago."""

    name = "when"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        surroundings = ctx and ctx.find_object(Surroundings)
        try:
            return read_moment(value, (surroundings or Surroundings()).now())
        except ValueError as error:
            self.fail(str(error), param, ctx)


_FILTERS = (
    click.option(
        "--id", "ids", multiple=True, help="This event id or message id; may be given repeatedly."
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        help="This event type, such as task.created.v1; may be given repeatedly.",
    ),
    click.option("--task", help="Events about the task with this id."),
    click.option("--error", help="Events whose error type or text contains this, in any case."),
    click.option(
        "--since",
        type=Moment(),
        help="Failed at this moment or later: RFC 3339, or an age such as 90s, 30m, 2h, 7d.",
    ),
    click.option("--until", type=Moment(), help="Failed before this moment; written likewise."),
)
_RUN = (
    click.option("--apply", is_flag=True, help="Do it; without this it is a dry run."),
    click.option("--max", "limit", type=click.IntRange(min=1), help="Do so many at most."),
    click.option(
        "--audit",
        "audit_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Append the audit lines to this file instead of printing them to stderr.",
    ),
    click.option(
        "--json", "as_json", is_flag=True, help="The summary as one JSON object on stdout."
    ),
)
_PLACES = (
    click.option(
        "--stack",
        help="Stack whose outputs deadLetterQueueUrl and targetFunctionArn say where things are. "
        "They are asked of the Pulumi CLI; stack local is what make up has left running, and is "
        "found without the CLI.",
    ),
    click.option("--queue-url", help="URL of the dead-letter queue, instead of the stack's."),
    click.option(
        "--region", help="AWS region, if neither the function's ARN nor the queue's URL tells."
    ),
    click.option(
        "--endpoint-url",
        help="Another address than AWS's; with --stack local it picks one of several.",
    ),
)


def filters(command: Command) -> Command:
    """Give `command` the filter options; it gets a `selection`."""

    @functools.wraps(command)
    def with_selection(*arguments: Any, **options: Any) -> Any:
        ids, types = frozenset(options.pop("ids")), frozenset(options.pop("types"))
        rest = {name: options.pop(name) for name in ("task", "error", "since", "until")}
        selection = Selection(ids=ids, types=types, **rest)
        if selection.since and selection.until and selection.since >= selection.until:
            raise click.UsageError("--since must be earlier than --until")
        return command(*arguments, selection=selection, **options)

    return _add(_FILTERS, with_selection)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a command that changes something runs."""

    apply: bool
    limit: int | None
    audit_file: Path | None
    as_json: bool


def changes(command: Command) -> Command:
    """Give `command` the options of those that change something; it gets `run`."""

    @functools.wraps(command)
    def with_run(*arguments: Any, **options: Any) -> Any:
        names = ("apply", "limit", "audit_file", "as_json")
        run = RunOptions(**{name: options.pop(name) for name in names})
        return command(*arguments, run=run, **options)

    return _add(_RUN, with_run)


def places(command: Command) -> Command:
    """Give `command` the options that say where the queue is; it gets an `access`."""

    @functools.wraps(command)
    def with_access(
        surroundings: Surroundings,
        *arguments: Any,
        stack: str | None,
        queue_url: str | None,
        region: str | None,
        endpoint_url: str | None,
        function: str | None = "",
        **options: Any,
    ) -> Any:
        access = find_access(
            surroundings,
            stack,
            queue_url=queue_url,
            function=function,
            region=region,
            endpoint_url=endpoint_url,
        )
        return command(surroundings, *arguments, access=access, **options)

    return _add(_PLACES, with_access)


def open_queue(surroundings: Surroundings, access: Access, interrupts: Interrupts) -> LetterQueue:
    """The queue, not yet asked for anything."""
    return LetterQueue(
        surroundings.client("sqs", access),
        access.queue_url,
        clock=surroundings.clock,
        interrupts=interrupts,
        poll_seconds=surroundings.poll_seconds,
    )


def _add(options: tuple[Callable[[Any], Any], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
