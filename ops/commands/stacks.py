"""Finds out where all of a stack is: options that several commands share."""

from __future__ import annotations

import functools
from typing import Any

import click

from ops.commands.access import LOCAL_REGION
from ops.commands.options import Command
from ops.stack_outputs import LOCAL_STACK, read_outputs, require_output
from ops.surroundings import StackAccess, Surroundings

_OPTIONS = (
    click.option(
        "--stack",
        required=True,
        help="Stack whose outputs say where things are. Asked of the Pulumi CLI; stack local is "
        "what make up has left running, and is found without the CLI.",
    ),
    click.option(
        "--endpoint-url",
        help="Another address than AWS's; with --stack local it picks one of several.",
    ),
)


def on_stack(command: Command) -> Command:
    """Give `command` the options that say which stack it is about; it gets an `access`."""

    @functools.wraps(command)
    def with_access(
        surroundings: Surroundings,
        *arguments: Any,
        stack: str,
        endpoint_url: str | None,
        **options: Any,
    ) -> Any:
        access = _find_stack(surroundings, stack, endpoint_url)
        return command(surroundings, *arguments, access=access, **options)

    wrapped: Command = with_access
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def _find_stack(surroundings: Surroundings, stack: str, endpoint_url: str | None) -> StackAccess:
    """Raises OutOfReachError."""
    found = read_outputs(
        stack,
        run=surroundings.run,
        local_folder=surroundings.local_folder,
        endpoint_url=endpoint_url,
        flags="then try again",
    )
    target = require_output(found, stack, "targetFunctionArn", "another --stack")
    local = stack == LOCAL_STACK
    return StackAccess(
        stack=stack,
        outputs=found.values,
        region=target.split(":")[3] or (LOCAL_REGION if local else None),
        endpoint_url=endpoint_url or found.endpoint_url,
        local=local,
        found_in=found.found_in,
    )
