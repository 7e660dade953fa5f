"""`verify-alarms`: whether somebody would hear of each alarm."""

from __future__ import annotations

import functools
from typing import Any

import click

from ops.alarm_checks import problems_of_alarms, problems_of_topic, read_topic
from ops.alarm_states import AlarmState, read_alarms
from ops.alarm_trial import listening, try_alarm
from ops.commands.options import LEFT
from ops.commands.stacks import on_stack
from ops.interrupts import Interrupts
from ops.sight import one_line
from ops.surroundings import StackAccess, Surroundings

EXIT_CODES = """\b
Exit codes:
  0    every alarm would be heard; with --apply: was heard
  1    some would not, or were not
  2    wrong usage
  3    the stack cannot be reached, or a right is missing
  130  interrupted; what was changed has been put back
"""

_PATIENCE_SECONDS = 60
_SUMMARY = "handoff-unhealthy"
"""Sums the others up, and tells nobody."""

_NOT_HEARD = (
    "its message did not come within a minute: the topic's policy does not let CloudWatch publish, "
    "or its key does not let CloudWatch use it"
)


@click.command("verify-alarms", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--apply", "wanted", is_flag=True, help="Set each alarm off; without this they are looked at."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@on_stack
def verify_alarms(
    surroundings: Surroundings, *, access: StackAccess, wanted: bool, yes: bool
) -> None:
    """Say of each alarm whether somebody would hear of it.

    First what shows without side effects: actions, subscribers, confirmations, the topic's key.
    With --apply each alarm is then set off, its message awaited on a queue made for that, and
    its state put back; everybody who is subscribed gets these messages, too. To look needs
    cloudwatch:DescribeAlarms, sns:GetTopicAttributes and sns:ListSubscriptionsByTopic; --apply also
    cloudwatch:SetAlarmState, sns:Subscribe, sns:Unsubscribe, and on queues named verify-alarms-*
    sqs:CreateQueue, ReceiveMessage, DeleteMessage and DeleteQueue.
    """
    client: Any = functools.cache(lambda service: surroundings.client(service, access))
    topic_arn = access.output("alarmTopicArn")
    names = {kind: name for kind, name in access.output("alarmNames").items() if kind != _SUMMARY}
    alarms = read_alarms(client("cloudwatch"), names)
    topic = read_topic(client("sns"), topic_arn)
    problems = problems_of_topic(topic) + problems_of_alarms(alarms, topic_arn)
    _say(problems)
    click.echo(f"{len(alarms)} alarms looked at, {topic.confirmed} confirmed subscribers.")
    if wanted:
        problems += _try(client, surroundings, alarms, topic_arn, yes=yes)
    elif not problems:
        click.echo("Nothing was set off. Add --apply to see the messages arrive.")
    if problems:
        raise click.exceptions.Exit(LEFT)


def _try(
    client: Any,
    surroundings: Surroundings,
    alarms: list[AlarmState],
    topic_arn: str,
    *,
    yes: bool,
) -> list[str]:
    """Set off what is not in alarm already, and say what was not heard."""
    can_be_tried = [each for each in alarms if each.state in ("OK", "INSUFFICIENT_DATA")]
    for alarm in alarms:
        if alarm.state == "ALARM":
            click.echo(f"{alarm.kind}: is in alarm, and cannot be set off now.")
    click.echo("To be set off: " + ", ".join(each.kind for each in can_be_tried))
    if not yes:
        click.confirm("Everybody who is subscribed is told of each. Go on?", abort=True, err=True)
    interrupts, problems = Interrupts(), []
    with (
        interrupts.handled(),
        listening(
            client("sqs"),
            client("sns"),
            topic_arn,
            interrupts,
            clock=surroundings.clock,
            patience_seconds=_PATIENCE_SECONDS,
            poll_seconds=surroundings.poll_seconds,
        ) as listener,
    ):
        for alarm in can_be_tried:
            if try_alarm(client("cloudwatch"), alarm, listener, interrupts):
                click.echo(f"{alarm.kind}: heard.")
            else:
                problems.append(f"{alarm.kind}: {_NOT_HEARD}")
                _say(problems[-1:])
    return problems


def _say(problems: list[str]) -> None:
    for problem in problems:
        click.echo(one_line(problem), err=True)
