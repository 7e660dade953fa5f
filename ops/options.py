"""Options, exit codes and parameter types that the commands share."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import click

from ops.context import Context
from ops.stack import find_stack
from serverless_runtime.shared.timestamps import from_text

LEFT, USAGE_ERROR, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130

_AGE = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LOOKED_UP = (
    "Looked up with the Pulumi CLI; the stack local, which make up starts, is found without it."
)

Command = Callable[..., Any]


class TimestampParam(click.ParamType[datetime]):
    """RFC 3339, or how long ago."""

    name = "when"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        context = ctx and ctx.find_object(Context)
        try:
            return parse_timestamp(value, (context or Context()).now())
        except ValueError as error:
            self.fail(str(error), param, ctx)


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


def stack_option(*, required: bool = False) -> Callable[[Any], Any]:
    """Return `--stack`."""
    return click.option("--stack", required=required, help=f"Name of the stack. {_LOOKED_UP}")


region_option = click.option("--region", help="AWS region, if the stack does not provide it.")
endpoint_option = click.option(
    "--endpoint-url",
    help="Endpoint to use instead of AWS; with --stack local, selects one of several deployments.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout."
)


def add_options(command: Command, options: Iterable[Callable[[Any], Any]]) -> Command:
    """Add the options to `command`, in this order."""
    for option in reversed(list(options)):
        command = option(command)
    return command


def on_stack(command: Command) -> Command:
    """Add the options that name a stack; `command` receives a `stack`."""

    @functools.wraps(command)
    def with_stack(
        context: Context,
        *arguments: Any,
        stack: str,
        endpoint_url: str | None,
        **options: Any,
    ) -> Any:
        found = find_stack(context, stack, endpoint_url=endpoint_url)
        return command(context, *arguments, stack=found, **options)

    return add_options(with_stack, (stack_option(required=True), endpoint_option))
