"""`relay`: whether it runs, and what sets it going."""

from __future__ import annotations

import functools
from typing import Any

import click

from ops.commands.options import LEFT
from ops.commands.stacks import on_stack
from ops.log_lines import log_groups
from ops.outbox import read_backlog
from ops.relay import Schedule, enable, find_schedule
from ops.relay_runs import RelayRun, last_relay_run
from ops.sight import age, one_line
from ops.surroundings import StackAccess, Surroundings

EXIT_CODES = """\b
Exit codes:
  0    it runs every minute; with --apply: it was set going and asked to run
  1    it does not run, or there is none
  2    wrong usage
  3    the stack cannot be reached, or a right is missing
"""


@click.command("relay", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--apply",
    "wanted",
    is_flag=True,
    help="Enable its schedule and run it once now; without this it is only looked at.",
)
@on_stack
def run_relay(surroundings: Surroundings, *, access: StackAccess, wanted: bool) -> None:
    """Say whether the relay runs every minute, and set it going again.

    To look needs scheduler:ListSchedules, lambda:GetFunctionConfiguration, logs:FilterLogEvents
    and dynamodb:Query on the outbox; --apply also scheduler:GetSchedule, scheduler:UpdateSchedule,
    iam:PassRole on the schedule's role, and lambda:InvokeFunction on the relay. To run it twice at
    once does no harm.
    """
    name = access.output("functionNames").get("relay")
    if name is None:
        click.echo("Error: this stack has no relay: its delivery is direct", err=True)
        raise click.exceptions.Exit(LEFT)
    client: Any = functools.cache(lambda service: surroundings.client(service, access))
    arn = client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    schedule = find_schedule(client("scheduler"), arn)
    group = log_groups(client("lambda"), {"relay": name})["relay"]
    now = surroundings.now()
    run = last_relay_run(client("logs"), group, now)
    backlog = read_backlog(client("dynamodb"), access.output("outboxTableName"))
    click.echo(_schedule_in_words(schedule))
    click.echo(f"run       {age(run.at, now)} ago" if run else "run       none in 15 minutes")
    click.echo(f"outbox    {backlog.count}{'' if backlog.is_all else ' or more'} waiting")
    if not wanted:
        _say_how_it_is(schedule, run)
        return
    if schedule is not None and not schedule.is_enabled:
        enable(client("scheduler"), schedule)
        click.echo("The schedule is enabled again.")
    client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=b"{}")
    click.echo("The relay was asked to run; status shows what it did.")
    if schedule is None:
        click.echo("Error: nothing will run it again: pulumi up --refresh", err=True)
        raise click.exceptions.Exit(LEFT)


def _schedule_in_words(schedule: Schedule | None) -> str:
    if schedule is None:
        return "schedule  there is none for the relay"
    return one_line(f"schedule {schedule.name} is {'on' if schedule.is_enabled else 'off'}")


def _say_how_it_is(schedule: Schedule | None, run: RelayRun | None) -> None:
    if schedule is not None and schedule.is_enabled and run is not None:
        return
    click.echo("The relay does not run. Add --apply to set it going.", err=True)
    raise click.exceptions.Exit(LEFT)
