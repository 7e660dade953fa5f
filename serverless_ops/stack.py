"""One deployed stack: what it consists of, by its output `operations`, and how to reach it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import click
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from serverless_ops.aws.clients import Connection
from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.local_stacks import running_stacks
from serverless_ops.stack_outputs import LOCAL_STACK, StackChoice, StackOutputs, read_outputs
from serverless_ops.typed_command import command_with

OUTPUT = "operations"
_LOCAL_REGION = "us-east-1"
_LOCAL_ENDPOINT = "http://127.0.0.1:4566"

T = TypeVar("T")


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class DeadLetterQueue(_Section):
    """Where failed events wait."""

    kind: str
    """What its messages are, e.g. "invocation": a module of `ops.dead_letters.kinds`."""

    queue_url: str
    target_arn: str | None = None
    """Kind invocation: the function that failed, to which events are replayed."""

    source_queue_url: str | None = None
    """Kind message: the queue from which SQS moved the messages, and to which they return."""


class Outbox(_Section):
    """Where events wait to be handed off."""

    table_name: str
    relay_function_name: str


class DeliveriesTable(_Section):
    """Where a notification service records its deliveries."""

    table_name: str


class CircuitBreakerTable(_Section):
    """Where a component keeps its circuit breakers."""

    table_name: str
    circuits: tuple[str, ...]
    key: Mapping[str, str]
    """The key of a row, with "{circuit}" in place of the circuit's name."""


class MovingRoutes(_Section):
    """A facade's moving routes."""

    parameter_name: str
    """SSM parameter with the stages that were set."""

    component: str
    """Dimension of its metrics."""

    routes: Mapping[str, str]
    """The declared stage by the route's key."""

    read_seconds: int
    """How long it takes until the router knows what was set."""


class Operations(_Section):
    """What a stack exports for its operators, by logical name."""

    alarm_topic_arn: str | None = None
    alarms: Mapping[str, str] = {}
    """CloudWatch's name of each alarm."""

    functions: Mapping[str, str] = {}
    """Lambda's name of each function."""

    dead_letters: Mapping[str, DeadLetterQueue] = {}
    outboxes: Mapping[str, Outbox] = {}
    deliveries: Mapping[str, DeliveriesTable] = {}
    circuit_breakers: Mapping[str, CircuitBreakerTable] = {}
    moving_routes: Mapping[str, MovingRoutes] = {}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that has been looked up."""

    name: str
    operations: Operations
    connection: Connection
    source: str
    """Where it was looked up, for messages."""


def find_stack(context: Context, choice: StackChoice, advice: str = "then try again") -> Stack:
    """Look up a stack. Raises UnreachableError; `advice` is what else the user can do."""
    found = read_outputs(context, choice, advice)
    operations = _read_operations(choice.name, found, advice)
    return Stack(
        name=choice.name,
        operations=operations,
        connection=connection(
            context,
            replace(
                choice,
                region=choice.region or region_of_arn(operations.alarm_topic_arn or ""),
                endpoint_url=choice.endpoint_url or found.endpoint_url,
            ),
        ),
        source=found.source,
    )


def connection(context: Context, choice: StackChoice) -> Connection:
    """Return how to reach AWS; the emulator's own defaults and keys for what runs locally."""
    url = choice.endpoint_url
    if choice.stack == LOCAL_STACK:
        url = url or _LOCAL_ENDPOINT
    running = running_stacks(context.local_folder, url) if url else []
    if choice.stack != LOCAL_STACK and not running:
        return Connection(region=choice.region, profile=choice.profile, endpoint_url=url)
    keys = next((each.keys() for each in running), None)
    region = choice.region or _LOCAL_REGION
    return Connection(region=region, endpoint_url=url, local=True, keys=keys)


def region_of_arn(arn: str) -> str | None:
    """Return the region in an ARN, if it is one."""
    match arn.split(":"):
        case ["arn", _, _, region, *_]:
            return region or None
        case _:
            return None


def choose(entries: Mapping[str, T], wanted: str | None, option: str, what: str) -> Mapping[str, T]:
    """Return the entry named `wanted`, or all if it is None. Raises UsageError."""
    if wanted is None:
        return entries
    if wanted not in entries:
        raise click.UsageError(
            f"there is no {what} {wanted!r}; {option} is one of {_list(entries)}"
        )
    return {wanted: entries[wanted]}


def require_one(entries: Iterable[str], option: str, what: str) -> None:
    """Raise UsageError if there are several: a command that makes changes needs exactly one."""
    names = list(entries)
    if len(names) > 1:
        lines = (f"  {command_with(option, name)}" for name in names)
        raise click.UsageError(
            "\n".join((f"the stack has {len(names)} {what}; choose one:", *lines))
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _read_operations(stack: str, outputs: StackOutputs, advice: str) -> Operations:
    if OUTPUT not in outputs.values:
        raise UnreachableError(
            f"stack {stack} has no output {OUTPUT}, it has {_list(outputs.values)}; "
            f'add pulumi.export("{OUTPUT}", Operations(...).outputs) and deploy, {advice}'
        )
    value = outputs.values[OUTPUT]
    if not isinstance(value, dict):
        got = textwrap.shorten(json.dumps(value), 60, placeholder=" …")
        raise UnreachableError(
            f"the output {OUTPUT} of stack {stack} must be an object, got {got}; export "
            "Operations(...).outputs itself, not its text and not as a secret, and deploy"
        )
    try:
        return Operations.model_validate(value)
    except ValidationError as error:
        raise UnreachableError(
            f"stack {stack} has an output {OUTPUT} that this version cannot read: "
            f"{'; '.join(_problem(each) for each in error.errors())}"
        ) from error


def _problem(error: Mapping[str, object]) -> str:
    place = error["loc"]
    where = ".".join(map(str, place)) if isinstance(place, tuple) else str(place)
    return f"{where}: {error['msg']}"
