"""Options, exit codes and parameter types that the commands share."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.stack import Stack, find_stack
from serverless_ops.stack_outputs import StackChoice
from serverless_runtime.shared.timestamps import from_text

LEFT, USAGE_ERROR, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130

_AGE = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LOOKED_UP = (
    "Looked up with the Pulumi CLI in the current folder; local is what runs on this machine."
)

Command = Callable[..., Any]


def when(text: str) -> datetime:
    """The type of an option that takes RFC 3339, or how long ago."""
    context = click.get_current_context().find_object(Context) or Context()
    try:
        return parse_timestamp(text, context.now())
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def parse_timestamp(text: str, now: datetime) -> datetime:
    """Return an RFC 3339 timestamp, or an age such as 2h before `now`. Raises ValueError."""
    try:
        if age := _AGE.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return from_text(text.strip())
    except (ValueError, OverflowError):
        raise ValueError(
            "must be an RFC 3339 timestamp such as 2026-03-01T09:30:00Z, "
            f"or an age such as 90s, 30m, 2h or 7d, got {text!r}"
        ) from None


def known_id(text: str) -> str:
    """The type of an argument that is the id of an event or a message."""
    if not text.strip():
        raise click.BadParameter(f"must not be empty, got {text!r} (an unset variable?)")
    return text


def confirm(question: str) -> None:
    """Ask on stderr; end the command unless the reply is yes."""
    click.echo(f"{question} [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        click.echo("Nothing was changed. Without a terminal, pass --yes.", err=True)
        raise click.exceptions.Exit(LEFT)


_connection_options = (
    click.option(
        "--outputs",
        metavar="FILE",
        help="Read the stack's outputs from what pulumi stack output --json has printed; - is "
        "stdin.",
    ),
    click.option(
        "-C", "--cwd", metavar="FOLDER", help="Folder of the Pulumi project, if not this one."
    ),
    click.option("--region", help="AWS region, if not the stack's or the profile's."),
    click.option("--profile", help="Profile of the AWS configuration; default: AWS_PROFILE."),
    click.option(
        "--endpoint-url",
        help="Endpoint to use instead of AWS; with --stack local, selects one of several "
        "deployments.",
    ),
)
stack_options = (
    click.option("--stack", help=f"Name of the stack. {_LOOKED_UP}"),
    *_connection_options,
)
"""Options that name a stack, or how to reach AWS without one: the fields of StackChoice."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout."
)


def resolved(
    keyword: str, resolve: Callable[..., Any], options: Iterable[Callable[[Any], Any]]
) -> Callable[[Command], Command]:
    """Give a command the options, in this order, and what `resolve` makes of them as `keyword`."""

    def decorate(command: Command) -> Command:
        names: set[str] = set()

        @functools.wraps(command)
        def with_resolved(context: Context, *arguments: Any, **given: Any) -> Any:
            found = resolve(context, **{name: given.pop(name) for name in names})
            return command(context, *arguments, **{keyword: found}, **given)

        own = len(getattr(command, "__click_params__", ()))
        for option in reversed(list(options)):
            option(with_resolved)
        names |= {each.name for each in with_resolved.__click_params__[own:]}  # type: ignore[attr-defined]
        return with_resolved

    return decorate


def _find_stack(context: Context, **chosen: str | None) -> Stack:
    choice = StackChoice(**chosen)
    if not choice.is_given:
        raise click.UsageError("pass --stack, or --outputs FILE")
    return find_stack(context, choice)


on_stack = resolved("stack", _find_stack, stack_options)
"""Give a command the options that name a stack; it gets a `stack`."""


def _find_stacks(context: Context, *, stacks: tuple[str, ...], **chosen: str | None) -> list[Stack]:
    names: tuple[str | None, ...] = stacks or (None,)
    if len(names) > 1 and chosen["outputs"] is not None:
        raise click.UsageError("pass either --outputs FILE or several times --stack")
    return [_find_stack(context, stack=name, **chosen) for name in names]


on_stacks = resolved(
    "stacks",
    _find_stacks,
    (
        click.option(
            "--stack", "stacks", multiple=True, help=f"Name of a stack; repeatable. {_LOOKED_UP}"
        ),
        *_connection_options,
    ),
)
"""Give a command the options that name one or several stacks; it gets `stacks`."""
