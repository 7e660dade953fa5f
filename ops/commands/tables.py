"""Finds out where the deliveries table is: options that several commands share."""

from __future__ import annotations

import functools
from typing import Any

import click

from ops.commands.access import LOCAL_ENDPOINT, LOCAL_REGION
from ops.commands.options import Command
from ops.stack_outputs import LOCAL_STACK, StackOutputs, read_outputs, require_output
from ops.surroundings import Surroundings, TableAccess

EXIT_CODES = """\b
Exit codes:
  0    done
  1    nothing is known of this id or name
  2    wrong usage
  3    the stack or the table cannot be reached
  130  interrupted
"""

_FLAGS = "or give --table"
_OPTIONS = (
    click.option(
        "--stack",
        help="Stack whose output deliveriesTableName says where things are. Asked of the Pulumi "
        "CLI; stack local is what make up has left running, and is found without the CLI.",
    ),
    click.option("--table", help="Name of the deliveries table, instead of the stack's."),
    click.option("--region", help="AWS region, if the stack does not tell."),
    click.option(
        "--endpoint-url",
        help="Another address than AWS's; with --stack local it picks one of several.",
    ),
)


def on_table(command: Command) -> Command:
    """Give `command` the options that say where the table is; it gets an `access`."""

    @functools.wraps(command)
    def with_access(
        surroundings: Surroundings,
        *arguments: Any,
        stack: str | None,
        table: str | None,
        region: str | None,
        endpoint_url: str | None,
        **options: Any,
    ) -> Any:
        access = _find_table(surroundings, stack, table, region, endpoint_url)
        return command(surroundings, *arguments, access=access, **options)

    wrapped: Command = with_access
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _find_table(
    surroundings: Surroundings,
    stack: str | None,
    table: str | None,
    region: str | None,
    endpoint_url: str | None,
) -> TableAccess:
    """Raises OutOfReachError, and UsageError if the options say too little."""
    local = stack == LOCAL_STACK
    found = StackOutputs(values={}, found_in="the options")
    if stack is not None:
        found = read_outputs(
            stack,
            run=surroundings.run,
            local_folder=surroundings.local_folder,
            endpoint_url=endpoint_url,
            flags=_FLAGS,
        )
        table = table or require_output(found, stack, "deliveriesTableName", "--table")
    if table is None:
        raise click.UsageError("give --stack, or --table")
    return TableAccess(
        table=table,
        channels=tuple(found.values.get("channelNames", ())),
        region=region or _region(found) or (LOCAL_REGION if local else None),
        endpoint_url=endpoint_url or found.endpoint_url or (LOCAL_ENDPOINT if local else None),
        local=local,
        found_in=found.found_in,
    )


def _region(found: StackOutputs) -> str | None:
    arn = str(found.values.get("targetFunctionArn", ""))
    return arn.split(":")[3] or None if arn.startswith("arn:") else None
