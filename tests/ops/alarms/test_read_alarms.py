"""Alarms and their topic, read as AWS describes them, and what is wrong with them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from serverless_ops.alarms.alarm_state import read_alarms
from serverless_ops.alarms.checks import Topic, alarm_problems, read_topic, topic_problems
from tests.ops.alarms.test_alarm_calls import NOON, TOPIC, a_state


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        (
            {
                "StateValue": "OK",
                "StateUpdatedTimestamp": NOON,
                "AlarmDescription": "d",
                "AlarmActions": [TOPIC],
                "ActionsEnabled": True,
            },
            ("OK", NOON, "d", (TOPIC,), True),
        ),
        ({}, ("MISSING", None, "", (), False)),
        (
            {"StateValue": "OK", "AlarmDescription": None, "AlarmActions": None},
            ("OK", None, "", (), False),
        ),
    ],
)
@pytest.mark.parametrize("kind", ["MetricAlarms", "CompositeAlarms"])
def test_an_alarm_is_read_as_cloudwatch_describes_it(
    kind: str, alarm: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    described = {**alarm, "AlarmName": "dev-a"}
    cloudwatch = SimpleNamespace(describe_alarms=lambda **_: {kind: [described] if alarm else []})

    [found] = read_alarms(cloudwatch, {"a": "dev-a"})

    assert (
        found.state,
        found.since,
        found.description,
        found.actions,
        found.actions_enabled,
    ) == expected
    assert (found.name, found.cloudwatch_name) == ("a", "dev-a")
    assert found.is_composite is (kind == "CompositeAlarms" and bool(alarm))
    assert found.definition == (described if alarm else {})


def test_alarms_are_asked_for_a_hundred_at_a_time_of_both_kinds() -> None:
    asked: list[Any] = []

    def describe_alarms(**arguments: Any) -> Any:
        asked.append(arguments)
        return {}

    names = {str(number): f"n-{number}" for number in range(201)}
    read_alarms(SimpleNamespace(describe_alarms=describe_alarms), names)

    assert [len(each.pop("AlarmNames")) for each in asked] == [100, 100, 1]
    kinds = ["MetricAlarm", "CompositeAlarm"]
    assert asked == [{"AlarmTypes": kinds, "MaxRecords": 100}] * 3


def test_a_topic_has_its_key_and_its_subscribers_on_all_pages() -> None:
    def subscription(protocol: str, arn: str) -> Any:
        return {"Protocol": protocol, "SubscriptionArn": arn}

    pages = [
        {"Subscriptions": [subscription("email", "PendingConfirmation")]},
        {"Subscriptions": [subscription("sqs", "arn:a"), subscription("sms", "arn:Z")]},
    ]
    sns = SimpleNamespace(
        get_topic_attributes=lambda TopicArn: {"Attributes": {"KmsMasterKeyId": TopicArn[-1]}},  # noqa: N803
        get_paginator=lambda _: SimpleNamespace(paginate=lambda TopicArn: pages),  # noqa: N803
    )

    assert read_topic(sns, TOPIC) == Topic(arn=TOPIC, key="s", confirmed=2, pending=["email"])


def test_every_problem_is_told_whole() -> None:
    topic = Topic(arn=TOPIC, key="alias/aws/sns", confirmed=0, pending=["email", "sms"])
    confirm = "subscription is not confirmed: open the link that SNS sent, or deploy again to get a"

    assert topic_problems(topic) == [
        "nobody is notified of alarms: the topic has no confirmed subscriber",
        f"an email {confirm} new one",
        f"an sms {confirm} new one",
        "the topic is encrypted with alias/aws/sns, which CloudWatch may not use: encrypt it with "
        "a customer managed key whose policy allows cloudwatch.amazonaws.com",
    ]
    assert topic_problems(Topic(arn=TOPIC, key="alias/mine", confirmed=1, pending=[])) == []
    assert alarm_problems([a_state()], f"{TOPIC}-2") == [
        "depth: it does not notify the alarm topic; deploy again"
    ]
