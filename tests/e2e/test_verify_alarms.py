"""Every alarm of the local stack is set off, heard by a subscriber, and put back."""

from __future__ import annotations

import pytest

from local.scenario.prerequisites import subscribe_queue
from local.stack import DeployedStack
from tests.e2e.terminal import Terminal


def test_every_alarm_is_heard_and_put_back(
    stack: DeployedStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terminal = Terminal(stack, tmp_path_factory.mktemp("verify"))
    topic = stack.outputs["alarmTopicArn"]
    subscribe_queue(stack.emulator.client, topic, "on-call")
    subscribed = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]

    result = terminal.types("verify-alarms", "--apply", answers="y\n")

    assert result.exit_code == 0, result.output
    names = set(stack.outputs["alarmNames"]) - {"handoff-unhealthy"}
    lines = result.stdout.splitlines()
    in_alarm = {line.split(":")[0] for line in lines if "is in alarm" in line}
    assert {line.split(":")[0] for line in lines if line.endswith(": heard.")} == names - in_alarm
    assert names - in_alarm
    after = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert after == subscribed
    queues = stack.client("sqs").list_queues(QueueNamePrefix="verify-alarms-")
    assert queues.get("QueueUrls", []) == []


def test_an_alarm_whose_actions_are_disabled_is_named(
    stack: DeployedStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terminal = Terminal(stack, tmp_path_factory.mktemp("disabled"))
    name = stack.outputs["alarmNames"]["event-age"]
    stack.client("cloudwatch").disable_alarm_actions(AlarmNames=[name])

    result = terminal.types("verify-alarms")
    stack.client("cloudwatch").enable_alarm_actions(AlarmNames=[name])

    assert result.exit_code == 1
    assert "event-age: its actions are disabled" in result.stderr
