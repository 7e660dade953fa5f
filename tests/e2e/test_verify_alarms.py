"""Every alarm of the local stack is fired, received by a subscriber, and reset."""

from __future__ import annotations

from typing import Any

import pytest

from local.scenario.handoff_stack import HandoffStack
from local.scenario.prerequisites import subscribe_queue
from tests.e2e.terminal import Terminal

WATCHED = True


def _metric_alarms(stack: HandoffStack) -> list[dict[str, Any]]:
    """Without composite alarms, whose states follow the others."""
    cloudwatch = stack.client("cloudwatch")
    alarms: list[dict[str, Any]] = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm"])[
        "MetricAlarms"
    ]
    return alarms


def test_every_alarm_is_received_and_reset(
    stack: HandoffStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terminal = Terminal(stack, tmp_path_factory.mktemp("verify"))
    topic = stack.operations["alarmTopicArn"]
    subscribe_queue(stack.emulator.client, topic, "on-call")
    subscribed = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]

    result = terminal.run("verify-alarms", "--apply", replies="y\n")

    assert result.exit_code == 0, result.output
    names = {
        name
        for name, in_aws in stack.operations["alarms"].items()
        if in_aws in {each["AlarmName"] for each in _metric_alarms(stack)}
    }
    lines = result.stdout.splitlines()
    in_alarm = {line.split(":")[0] for line in lines if "is in alarm" in line}
    assert {
        line.split(":")[0] for line in lines if line.endswith(": notified.")
    } == names - in_alarm
    assert names - in_alarm
    after = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert after == subscribed
    queues = stack.client("sqs").list_queues(QueueNamePrefix="verify-alarms-")
    assert queues.get("QueueUrls", []) == []


def test_an_alarm_whose_actions_are_disabled_is_named(
    stack: HandoffStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terminal = Terminal(stack, tmp_path_factory.mktemp("disabled"))
    alarms = stack.operations["alarms"]
    [logical_name] = [each for each in alarms if each.endswith("event-age")]
    name = alarms[logical_name]
    stack.client("cloudwatch").disable_alarm_actions(AlarmNames=[name])

    result = terminal.run("verify-alarms")
    stack.client("cloudwatch").enable_alarm_actions(AlarmNames=[name])

    assert result.exit_code == 1
    assert f"{logical_name}: its actions are disabled" in result.stderr
