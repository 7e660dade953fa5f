"""`relay`: checks that the relay of an outbox runs, and restarts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from serverless_ops.context import Context
from serverless_ops.options import LEFT, on_stack
from serverless_ops.outbox.relay_runs import RelayRun, last_relay_run
from serverless_ops.outbox.waiting_events import Backlog, read_backlog
from serverless_ops.stack import Outbox, Stack, choose, require_one
from serverless_ops.terminal import age, one_line, timestamp_text
from serverless_ops.unread import Unread

EXIT_CODES = """\b
Exit codes:
  0    it runs every minute; with --apply: it was enabled and invoked
  1    it does not run, or there is none
  2    usage error
  3    the stack, an outbox or a relay cannot be reached, or a permission is missing
"""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One schedule of EventBridge Scheduler."""

    group: str
    name: str
    is_enabled: bool


def find_schedule(scheduler: Any, function_arn: str) -> Schedule | None:
    """Return the schedule whose target is the function, if any. Raises botocore's errors."""
    pages = scheduler.get_paginator("list_schedules").paginate()
    for found in (each for page in pages for each in page["Schedules"]):
        if found["Target"]["Arn"] == function_arn:
            return Schedule(
                group=found["GroupName"],
                name=found["Name"],
                is_enabled=found["State"] == "ENABLED",
            )
    return None


def enable(scheduler: Any, schedule: Schedule) -> None:
    """Enable a schedule and leave the rest of it as it is. Raises botocore's errors."""
    found = scheduler.get_schedule(GroupName=schedule.group, Name=schedule.name)
    # An update replaces the whole schedule: what is not given becomes a default.
    # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
    kept = scheduler.meta.service_model.operation_model("UpdateSchedule").input_shape.members
    given = {name: value for name, value in found.items() if name in kept}
    scheduler.update_schedule(**{**given, "State": "ENABLED"})


@click.command("relay", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--apply",
    is_flag=True,
    help="Enable its schedule and invoke it once; by default it is only checked.",
)
@click.option("--outbox", "name", help="Name of the outbox in the stack, if it has several.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per relay on stdout.")
@on_stack
def check_relay(
    context: Context, *, stack: Stack, apply: bool, name: str | None, as_json: bool
) -> None:
    """Check whether the relay runs every minute, and restart it.

    Checking needs scheduler:ListSchedules, lambda:GetFunctionConfiguration, logs:FilterLogEvents
    and dynamodb:Query on the outbox; --apply also scheduler:GetSchedule, scheduler:UpdateSchedule,
    iam:PassRole on the schedule's role, and lambda:InvokeFunction on the relay. Concurrent
    runs are harmless.
    """
    outboxes = choose(stack.operations.outboxes, name, "--outbox", "outbox")
    if not outboxes:
        click.echo("Error: this stack has no outbox, and therefore no relay", err=True)
        raise click.exceptions.Exit(LEFT)
    if apply:
        require_one(outboxes, "--outbox", "outboxes")
    client = context.clients(stack.connection)
    unread, runs = Unread(), []
    for each, outbox in outboxes.items():
        label = f"outbox {each} (table {outbox.table_name}, relay {outbox.relay_function_name})"
        with unread.reading(label):
            found = _look(client, outbox, context.now())
            if as_json:
                click.echo(json.dumps({"outbox": each, **_as_json(found, context.now())}))
            else:
                _show(found, context.now(), each if len(outboxes) > 1 else "")
            runs.append(_restart(client, found) if apply else _is_running(found))
    unread.end(0 if all(runs) else LEFT)


@dataclass(frozen=True, kw_only=True)
class _Relay:
    arn: str
    schedule: Schedule | None
    run: RelayRun | None
    backlog: Backlog


def _look(client: Callable[[str], Any], outbox: Outbox, now: datetime) -> _Relay:
    name = outbox.relay_function_name
    arn = client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    return _Relay(
        arn=arn,
        schedule=find_schedule(client("scheduler"), arn),
        run=last_relay_run(client("lambda"), client("logs"), name, now),
        backlog=read_backlog(client("dynamodb"), outbox.table_name),
    )


def _as_json(relay: _Relay, now: datetime) -> dict[str, Any]:
    not_due = relay.backlog.not_due(now)
    return {
        "schedule": relay.schedule and relay.schedule.name,
        "is_enabled": bool(relay.schedule and relay.schedule.is_enabled),
        "last_run_at": timestamp_text(relay.run.at if relay.run else None),
        "waiting": relay.backlog.count,
        "is_complete": relay.backlog.is_complete,
        "not_due": len(not_due),
        "next_due_at": timestamp_text(min(not_due, default=None)),
    }


def _show(relay: _Relay, now: datetime, name: str) -> None:
    if name:
        click.echo(one_line(name))
    click.echo(_describe(relay.schedule))
    run, backlog = relay.run, relay.backlog
    click.echo(f"last run  {age(run.at, now)} ago" if run else "last run  none in 15 minutes")
    click.echo(f"outbox    {backlog.count}{'' if backlog.is_complete else ' or more'} waiting")
    if not_due := backlog.not_due(now):
        click.echo(
            f"          {len(not_due)} of them not due yet: the relay leaves them until their next "
            f"attempt, the first until {timestamp_text(not_due[0])}"
        )


def _describe(schedule: Schedule | None) -> str:
    if schedule is None:
        return "schedule  the relay has none"
    state = "enabled" if schedule.is_enabled else "disabled"
    return f"schedule  {one_line(schedule.name)} {state}"


def _is_running(relay: _Relay) -> bool:
    if relay.schedule is not None and relay.schedule.is_enabled and relay.run is not None:
        return True
    click.echo("The relay does not run. Add --apply to restart it.", err=True)
    return False


def _restart(client: Callable[[str], Any], relay: _Relay) -> bool:
    """Print what is done, on stderr, and return whether the relay runs from now on."""
    if relay.schedule is not None and not relay.schedule.is_enabled:
        enable(client("scheduler"), relay.schedule)
        click.echo("The schedule is enabled again.", err=True)
    client("lambda").invoke(FunctionName=relay.arn, InvocationType="Event", Payload=b"{}")
    click.echo("The relay was invoked; status shows what it did.", err=True)
    if relay.schedule is None:
        click.echo("Error: it has no schedule; restore it with pulumi up --refresh", err=True)
        return False
    return True
