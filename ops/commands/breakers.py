"""`breakers`: which channels' providers are left alone, until when and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from ops.breakers import read_breakers
from ops.commands.options import LEFT
from ops.commands.tables import EXIT_CODES, on_table
from ops.sight import age, moment_text, one_line, out
from ops.surroundings import Surroundings, TableAccess
from serverless_runtime.notification_service.breaker_state import BreakerState
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers


class _WithList(click.Group):
    """Runs `list` when no command is named, so that options may follow at once."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = (*self.commands, "--help")
        return super().parse_args(ctx, args if args and args[0] in names else ["list", *args])


@click.group("breakers", cls=_WithList, epilog=EXIT_CODES)
def breakers() -> None:
    """Which channels' providers are left alone because they failed, until when and why.

    Without a command it lists all channels: breakers --stack dev. An open breaker closes by itself
    when its provider answers again: look at the provider, not at the breaker.
    """


@breakers.command("list", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@on_table
def list_breakers(surroundings: Surroundings, *, access: TableAccess, as_json: bool) -> None:
    """List the breaker of each channel.

    With --table only those that have ever opened or counted a failure: the table does not know the
    channels.
    """
    states = read_breakers(surroundings.client("dynamodb", access), access.table, access.channels)
    if as_json:
        shown = [_as_json(name, state) for name, state in states.items()]
        click.echo(json.dumps({"table": access.table, "breakers": shown}))
        return
    console = out()
    if not states:
        console.print("No provider has failed lately.")
    now = surroundings.now()
    for name, state in states.items():
        console.print(one_line(f"{name}: {_words(state, now)}"), style="bold")
        for line in _details(state, now):
            console.print(f"    {one_line(line)}")


@breakers.command("close", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("name")
@on_table
def close_breaker(surroundings: Surroundings, *, access: TableAccess, name: str) -> None:
    """Close the breaker of the channel NAME by hand: all instances call its provider again.

    They hear of it within two seconds. If the provider fails still, five failures open it anew.
    """
    dynamodb = surroundings.client("dynamodb", access)
    states = read_breakers(dynamodb, access.table, access.channels)
    if name not in states:
        known = one_line(", ".join(states)) or "none"
        click.echo(
            f"Error: nothing is known of a breaker {one_line(name)!r}; there are: {known}",
            err=True,
        )
        raise click.exceptions.Exit(LEFT)
    if states[name].status == "CLOSED" and not states[name].failures:
        click.echo(f"{name} is closed already; nothing was changed.")
        return
    now = int(surroundings.now().timestamp())
    DynamoBreakers(access.table, dynamodb).close(name, None, now)
    click.echo(f"{name} is closed; all instances know within two seconds.")


def _words(state: BreakerState, now: datetime) -> str:
    until = _moment(state.blocked_until)
    if state.status == "CLOSED" or until is None:
        return "closed"
    if state.status == "OPEN":
        over = "the next message is a probe" if until <= now else f"until {moment_text(until)}"
        return f"open, {over}"
    if until <= now:
        return "half open, its probe was not heard of again: the next message is another"
    return f"half open, a probe is on its way until {moment_text(until)} at the latest"


def _details(state: BreakerState, now: datetime) -> list[str]:
    changed, failed = _moment(state.changed_at), _moment(state.last_failed_at)
    lines = []
    if changed is not None:
        lines.append(f"since {moment_text(changed)}, {age(changed, now)} ago")
    if state.failures:
        lines.append(f"{state.failures} failures in a row, {_opened(state.trips)}")
    if state.last_error is not None:
        lines.append(f"last error at {moment_text(failed)}: {state.last_error}")
    return lines


def _opened(trips: int) -> str:
    return {0: "never opened since", 1: "opened once"}.get(trips, f"opened {trips} times")


def _as_json(name: str, state: BreakerState) -> dict[str, Any]:
    known = asdict(state)
    del known["changed_by"]
    moments = ("blocked_until", "changed_at", "last_failed_at")
    return {
        "channel": name,
        **known,
        **{each: moment_text(_moment(known[each])) for each in moments},
    }


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
