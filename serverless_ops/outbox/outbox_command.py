"""`outbox`: the events that Lambda has not accepted yet, why not, and the removal of one."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from serverless_ops.aws.best_effort import BestEffort
from serverless_ops.context import Context
from serverless_ops.dead_letters.export_command import open_private
from serverless_ops.options import LEFT, json_option, known_id, resolved, stack_options
from serverless_ops.outbox.stored_events import (
    StoredEvent,
    failure_reasons,
    find_events,
    remove_event,
)
from serverless_ops.outbox.waiting_events import WaitingEvent, waiting_events
from serverless_ops.stack import Outbox, Stack, choose, find_stack
from serverless_ops.stack_outputs import StackChoice
from serverless_ops.terminal import age, counted, one_line, out, plain, show, timestamp_text
from serverless_ops.unread import Unread
from serverless_runtime.handoff.relay.attempts import BACKOFF_SECONDS

EXIT_CODES = """\b
Exit codes:
  0    done; for list: nothing waits
  1    something waits, or there is no such event or no outbox
  2    usage error
  3    the stack or an outbox cannot be reached, or a permission is missing
"""
_REASONS_FROM = 2 * timedelta(seconds=BACKOFF_SECONDS[-1])
"""The relay tries each event more often than that."""

_EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


def _find(
    context: Context, *, name: str | None, **chosen: str | None
) -> tuple[Stack, Mapping[str, Outbox]]:
    choice = StackChoice(**chosen)
    if not choice.is_given:
        raise click.UsageError("pass --stack, or --outputs FILE")
    stack = find_stack(context, choice)
    outboxes = choose(stack.operations.outboxes, name, "--outbox", "outbox")
    if not outboxes:
        click.echo(f"Error: stack {stack.name} has no outbox", err=True)
        raise click.exceptions.Exit(LEFT)
    return stack, outboxes


_on_outboxes = resolved(
    "found",
    _find,
    (
        click.option("--outbox", "name", help="Name of the outbox in the stack; default: all."),
        *stack_options,
    ),
)


@click.group("outbox")
def outbox() -> None:
    """Events that wait in an outbox because Lambda has not accepted them yet.

    \b
    When the alarm on the age of an outbox fires:
      1. list     what waits, and why
      2. relay    whether the relay runs
      3. remove   an event that must not be delivered; the relay hands off the others
    """


@outbox.command("list", epilog=EXIT_CODES)
@click.pass_obj
@json_option
@_on_outboxes
def list_outbox(
    context: Context, *, found: tuple[Stack, Mapping[str, Outbox]], as_json: bool
) -> None:
    """List the events that wait, without payloads, and why the relay could not hand them off.

    With --json, one object per event. Needs dynamodb:Query on the outbox; for the reasons,
    lambda:GetFunctionConfiguration and logs:FilterLogEvents on the relay.
    """
    stack, outboxes = found
    client, now, console = context.clients(stack.connection), context.now(), out()
    best_effort, unread, count = BestEffort(), Unread(), 0
    for name, entry in outboxes.items():
        events: list[WaitingEvent] = []
        with unread.reading(_label(name, entry)):
            events += waiting_events(client("dynamodb"), entry.table_name, _EPOCH, now)
        if not events:
            continue
        none: dict[str, str] = {}
        read = functools.partial(_reasons, client, entry, now)
        reasons = best_effort.read(f"reasons of {name}", read, none)
        for event in events:
            count += 1
            reason = reasons.get(event.event_id, _no_reason(event))
            if as_json:
                click.echo(json.dumps({"outbox": name, **_as_json(event), "reason": reason}))
                continue
            show(console, one_line(f"{event.event_id} waits for {age(event.committed_at, now)}"))
            text = one_line(f"{counted(event.attempts, 'attempt')}, {_next(event, now)}: {reason}")
            show(console, f"    {text}")
    for part, error in best_effort.errors.items():
        click.echo(one_line(f"Not read: {part}: {error}"), err=True)
    if not as_json and (count or not unread.any):
        console.print(f"{count} waiting" if count else "Nothing waits.")
    unread.end(LEFT if count else 0)


@outbox.command("show", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("event_id", type=known_id)
@json_option
@_on_outboxes
def show_event(
    context: Context,
    *,
    found: tuple[Stack, Mapping[str, Outbox]],
    event_id: str,
    as_json: bool,
) -> None:
    """Print one event with its payload, which may contain personal data."""
    *_, stored = _find_one(context, found, event_id)
    shown = _everything(stored)
    if as_json:
        click.echo(json.dumps(shown))
        return
    console = out()
    for name, value in shown.items():
        if name != "payload":
            show(console, f"{name.replace('_', ' '):<16}  {one_line(value)}")
    console.print()
    console.print(plain(stored.payload), soft_wrap=True)


@outbox.command("remove", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("event_id", type=known_id)
@click.option("--apply", is_flag=True, help="Remove it; the default is a dry run.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file to save the event to, as JSON. Required with --apply.",
)
@_on_outboxes
def remove(
    context: Context,
    *,
    found: tuple[Stack, Mapping[str, Outbox]],
    event_id: str,
    apply: bool,
    save: Path | None,
) -> None:
    """Remove one event that must not be delivered. It is saved to a file first.

    If the relay is handing it off right now, it is delivered all the same. Needs
    dynamodb:Query and dynamodb:DeleteItem on the outbox.
    """
    if apply and save is None:
        raise click.UsageError("--apply needs --save FILE: an event is saved before it is removed")
    stack, entry, stored = _find_one(context, found, event_id)
    if not apply or save is None:
        click.echo(f"Would remove {one_line(event_id)} from {entry.table_name}. Add --apply.")
        return
    try:
        with open_private(save, "x") as file:
            file.write(json.dumps(_everything(stored)) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise click.UsageError(
            f"--save must name a new file that can be written: {error}"
        ) from error
    dynamodb = context.client("dynamodb", stack.connection)
    if not remove_event(dynamodb, entry.table_name, stored):
        click.echo("Error: it is gone: the relay has handed it off in the meantime", err=True)
        raise click.exceptions.Exit(LEFT)
    click.echo(f"Removed {one_line(event_id)}; it is saved in {save}.")


def _find_one(
    context: Context, found: tuple[Stack, Mapping[str, Outbox]], event_id: str
) -> tuple[Stack, Outbox, StoredEvent]:
    stack, outboxes = found
    dynamodb, unread = context.client("dynamodb", stack.connection), Unread()
    read = []
    for name, entry in outboxes.items():
        with unread.reading(_label(name, entry)):
            for stored in find_events(dynamodb, entry.table_name, event_id):
                return stack, entry, stored
            read.append(name)
    if read:
        click.echo(
            f"Error: no event {one_line(event_id)} waits in {', '.join(read)}; run "
            "`serverless_ops trace ID` to see what happened to it",
            err=True,
        )
    raise click.exceptions.Exit(unread.exit_code(LEFT))


def _label(name: str, entry: Outbox) -> str:
    return f"outbox {name} (table {entry.table_name})"


def _reasons(client: Any, entry: Outbox, now: datetime) -> dict[str, str]:
    return failure_reasons(
        client("lambda"),
        client("logs"),
        entry.relay_function_name,
        since=now - _REASONS_FROM,
        until=now,
    )


def _no_reason(event: WaitingEvent) -> str:
    if not event.attempts:
        return "its caller could not hand it off, and the relay has not tried yet"
    return (
        f"no reason in the relay's log of the last {_REASONS_FROM // timedelta(minutes=1)} minutes"
    )


def _next(event: WaitingEvent, now: datetime) -> str:
    if event.next_attempt_at <= now:
        return "the next is due"
    return f"the next after {timestamp_text(event.next_attempt_at)}"


def _as_json(event: WaitingEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "correlation_id": event.correlation_id,
        "committed_at": timestamp_text(event.committed_at),
        "attempts": event.attempts,
        "next_attempt_at": timestamp_text(event.next_attempt_at),
    }


def _everything(stored: StoredEvent) -> dict[str, Any]:
    return {
        **_as_json(stored.event),
        "log_fields": dict(stored.log_fields),
        "payload": stored.payload,
    }
