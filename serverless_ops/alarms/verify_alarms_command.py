"""`verify-alarms`: checks that someone is notified of each alarm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from serverless_ops.alarms.alarm_state import AlarmState, read_alarms
from serverless_ops.alarms.checks import alarm_problems, read_topic, topic_problems
from serverless_ops.alarms.trigger import fire_alarm, subscribed_queue
from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.interrupts import Interrupts
from serverless_ops.options import LEFT, confirm, json_option, on_stack
from serverless_ops.stack import Stack
from serverless_ops.terminal import counted, one_line

EXIT_CODES = """\b
Exit codes:
  0    every alarm can notify a subscriber; with --apply: did
  1    at least one cannot, or did not
  2    usage error
  3    the stack cannot be reached, or a permission is missing
  130  interrupted; what was changed has been restored
"""

_TIMEOUT_SECONDS = 60

_NOT_NOTIFIED = (
    "no notification within a minute: check that the policies of the topic and of its key "
    "allow CloudWatch to publish"
)


@click.command("verify-alarms", epilog=EXIT_CODES)
@click.pass_obj
@click.option("--apply", is_flag=True, help="Fire each alarm; by default they are only checked.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@on_stack
def verify_alarms(context: Context, *, stack: Stack, apply: bool, yes: bool, as_json: bool) -> None:
    """Check that someone is notified when an alarm fires.

    Without --apply, this reads each alarm's actions, the topic's subscriptions and its key, and
    changes nothing. With --apply, it also fires each alarm, waits for the notification on a
    temporary queue, and restores the state; all subscribers get these notifications, too. Checking
    needs cloudwatch:DescribeAlarms, sns:GetTopicAttributes and sns:ListSubscriptionsByTopic;
    --apply also cloudwatch:SetAlarmState, sns:Subscribe, sns:Unsubscribe, and on queues named
    verify-alarms-* sqs:CreateQueue, ReceiveMessage, DeleteMessage and DeleteQueue.
    """
    topic_arn = stack.operations.alarm_topic_arn
    if topic_arn is None:
        raise UnreachableError(f"stack {stack.name} has no alarm topic")
    client = context.clients(stack.connection)
    found = read_alarms(client("cloudwatch"), stack.operations.alarms)
    alarms = [alarm for alarm in found if not alarm.is_silent]
    topic = read_topic(client("sns"), topic_arn)
    problems = topic_problems(topic) + alarm_problems(alarms, topic_arn)
    _print_errors(problems)
    # Progress goes to stderr if a program reads stdout.
    summary = (
        f"{counted(len(alarms), 'alarm')} checked, "
        f"{counted(topic.confirmed, 'confirmed subscriber')}."
    )
    click.echo(summary, err=as_json)
    if apply:
        problems += _fire(client, context, alarms, topic_arn, yes=yes, as_json=as_json)
    elif not problems:
        click.echo("No alarm was fired. Add --apply to see the notifications arrive.", err=as_json)
    if as_json:
        found_out = {"alarms": [alarm.name for alarm in alarms], "subscribers": topic.confirmed}
        click.echo(json.dumps({**found_out, "applied": apply, "problems": problems}))
    if problems:
        raise click.exceptions.Exit(LEFT)


def _fire(
    client: Callable[[str], Any],
    context: Context,
    alarms: list[AlarmState],
    topic_arn: str,
    *,
    yes: bool,
    as_json: bool,
) -> list[str]:
    """Fire the alarms that are not firing, and return which notifications did not arrive."""
    to_fire = [each for each in alarms if each.state in ("OK", "INSUFFICIENT_DATA")]
    for alarm in alarms:
        if alarm.state == "ALARM":
            click.echo(f"{alarm.name}: is in alarm already, so it cannot be fired.", err=as_json)
    click.echo("Alarms to fire: " + ", ".join(each.name for each in to_fire), err=as_json)
    if not yes:
        confirm("All subscribers will be notified of each alarm. Continue?")
    interrupts, problems = Interrupts(), []
    with (
        interrupts.handled(),
        subscribed_queue(
            client("sqs"),
            client("sns"),
            topic_arn,
            interrupts,
            clock=context.clock,
            timeout_seconds=_TIMEOUT_SECONDS,
            poll_seconds=context.poll_seconds,
        ) as subscriber,
    ):
        for alarm in to_fire:
            if fire_alarm(client("cloudwatch"), alarm, subscriber, interrupts):
                click.echo(f"{alarm.name}: notified.", err=as_json)
            else:
                problems.append(f"{alarm.name}: {_NOT_NOTIFIED}")
                _print_errors(problems[-1:])
    return problems


def _print_errors(problems: list[str]) -> None:
    for problem in problems:
        click.echo(one_line(problem), err=True)
