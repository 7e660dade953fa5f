"""`circuit-breakers`: which providers are not called, until when and why; and closing one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.circuit_breakers.states import close_circuit_breaker, read_circuit_breakers
from serverless_ops.context import Context
from serverless_ops.options import LEFT, on_stack
from serverless_ops.stack import CircuitBreakerTable, Stack, choose, require_one
from serverless_ops.terminal import age, counted, one_line, out, show, timestamp_text
from serverless_ops.unread import Unread
from serverless_runtime.circuit_breaker.cached_state import CACHE_SECONDS
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState

_STALE_SECONDS = 1
"""Of an eventually consistent read. DynamoDB documents "a short time", and no number."""

EXIT_CODES = """\b
Exit codes:
  0    done
  1    unknown name, or it has opened again
  2    usage error
  3    the stack or the table cannot be reached
  130  interrupted
"""

_component = click.option(
    "--component",
    help="Name of the component whose circuit breakers these are, if several have any.",
)


class _ListByDefault(click.Group):
    """Runs `list` if no subcommand is given, so that options can follow directly."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = (*self.commands, "--help")
        return super().parse_args(ctx, args if args and args[0] in names else ["list", *args])


@click.group("circuit-breakers", cls=_ListByDefault, epilog=EXIT_CODES)
def circuit_breakers() -> None:
    """Show which providers are not called because they failed, until when and why.

    Without a subcommand, this lists all: circuit-breakers --stack dev. An open circuit breaker
    closes by itself when its provider works again: fix the provider first.
    """


@circuit_breakers.command("list", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per table on stdout.")
@_component
@on_stack
def list_circuit_breakers(
    context: Context, *, stack: Stack, component: str | None, as_json: bool
) -> None:
    """List the circuit breaker of each provider."""
    console, now, unread = out(), context.now(), Unread()
    dynamodb = context.client("dynamodb", stack.connection)
    for owner, table in _tables(stack, component).items():
        with unread.reading(f"circuit breakers of {owner} (table {table.table_name})"):
            states = read_circuit_breakers(dynamodb, table)
            if as_json:
                shown = [_as_json(name, state) for name, state in states.items()]
                click.echo(json.dumps({"table": table.table_name, "circuit_breakers": shown}))
                continue
            for name, state in states.items():
                console.print(one_line(f"{name}: {_describe(state, now)}"), style="bold")
                for line in _details(state, now):
                    show(console, f"    {one_line(line)}")
    unread.end()


@circuit_breakers.command("close", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("name")
@_component
@on_stack
def close(context: Context, *, stack: Stack, component: str | None, name: str) -> None:
    """Close the circuit breaker NAME, so that its provider is called again.

    Returns when no instance remembers it open any more, after three seconds, so that you can
    replay. If the provider still fails, it opens again.
    """
    tables = _tables(stack, component)
    require_one(tables, "--component", "components with circuit breakers")
    [table] = tables.values()
    dynamodb = context.client("dynamodb", stack.connection)
    states = read_circuit_breakers(dynamodb, table)
    if name not in states:
        known = one_line(", ".join(states))
        click.echo(
            f"Error: there is no circuit breaker {one_line(name)!r}; there are: {known}", err=True
        )
        raise click.exceptions.Exit(LEFT)
    if states[name].status == "CLOSED" and not states[name].failures:
        click.echo(f"{name} is already closed; nothing was changed.")
        return
    close_circuit_breaker(dynamodb, table, name, int(context.now().timestamp()))
    seconds = CACHE_SECONDS + _STALE_SECONDS
    click.echo(f"{name} is closed; instances may remember it open for {seconds} s …")
    context.sleep(seconds)
    if read_circuit_breakers(dynamodb, table)[name].status == "CLOSED":
        click.echo("It is still closed.")
        return
    click.echo(f"{name} has opened again: its provider still fails.")
    raise click.exceptions.Exit(LEFT)


def _tables(stack: Stack, component: str | None) -> Mapping[str, CircuitBreakerTable]:
    tables = stack.operations.circuit_breakers
    if not tables:
        raise UnreachableError(f"stack {stack.name} has no circuit breakers")
    return choose(tables, component, "--component", "component with circuit breakers")


def _describe(state: CircuitBreakerState, now: datetime) -> str:
    until = _timestamp(state.blocked_until)
    if state.status == "CLOSED" or until is None:
        return "closed"
    if state.status == "OPEN":
        over = "the next call is a probe" if until <= now else f"until {timestamp_text(until)}"
        return f"open, {over}"
    if until <= now:
        return "half open, its probe did not finish: the next call is a new probe"
    return f"half open, a probe is running until {timestamp_text(until)} at the latest"


def _details(state: CircuitBreakerState, now: datetime) -> list[str]:
    changed, failed = _timestamp(state.changed_at), _timestamp(state.last_failed_at)
    lines = []
    if changed is not None:
        lines.append(f"since {timestamp_text(changed)}, {age(changed, now)} ago")
    if state.failures:
        lines.append(f"{counted(state.failures, 'failure')} in a row, {_opened(state.trips)}")
    if state.last_error is not None:
        lines.append(f"last error at {timestamp_text(failed)}: {state.last_error}")
    return lines


def _opened(trips: int) -> str:
    return {0: "not opened since", 1: "opened once"}.get(trips, f"opened {trips} times")


def _as_json(name: str, state: CircuitBreakerState) -> dict[str, Any]:
    known = state._asdict()
    del known["changed_by"]
    times = ("blocked_until", "changed_at", "last_failed_at")
    return {
        "circuit": name,
        **known,
        **{each: timestamp_text(_timestamp(known[each])) for each in times},
    }


def _timestamp(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
