"""What keeps an alarm from notifying is found before it fires; a test of alarms leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from serverless_ops.alarms.alarm_state import read_alarms
from serverless_ops.alarms.checks import Topic, alarm_problems, read_topic, topic_problems
from serverless_ops.alarms.trigger import Subscriber, fire_alarm, subscribed_queue
from serverless_ops.interrupts import Interrupts
from tests.ops.alarms.on_call import put_alarm
from tests.ops.fakes import aws_client
from tests.ops.status.test_status import FINE

TOPIC = Topic(arn=FINE.actions[0], key=None, confirmed=1, pending=[])


@pytest.fixture
def aws() -> Iterator[Any]:
    with mock_aws():
        yield aws_client


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"confirmed": 0}, "nobody is notified of alarms: the topic has no confirmed subscriber"),
        ({"pending": ["email"]}, "an email subscription is not confirmed"),
        ({"key": "alias/aws/sns"}, "encrypted with alias/aws/sns, which CloudWatch may not use"),
    ],
)
def test_what_is_wrong_with_the_topic_is_named(changed: dict[str, Any], problem: str) -> None:
    [named] = topic_problems(replace(TOPIC, **changed))
    assert problem in named


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"state": "MISSING"}, "outbox-age: there is no alarm stack-outbox-age"),
        ({"actions_enabled": False}, "outbox-age: its actions are disabled"),
        ({"actions": ()}, "outbox-age: it does not notify the alarm topic"),
    ],
)
def test_what_is_wrong_with_an_alarm_is_named(changed: dict[str, Any], problem: str) -> None:
    [named] = alarm_problems([replace(FINE, **changed)], TOPIC.arn)
    assert problem in named


def test_nothing_is_wrong_with_what_is_fine() -> None:
    assert topic_problems(TOPIC) + alarm_problems([FINE], TOPIC.arn) == []


def test_a_topic_and_its_alarms_are_read_as_they_are(aws: Any) -> None:
    arn = aws("sns").create_topic(Name="alarms")["TopicArn"]
    put_alarm(aws("cloudwatch"), "a", arn)
    aws("cloudwatch").disable_alarm_actions(AlarmNames=["a"])

    [known, missing] = read_alarms(aws("cloudwatch"), {"outbox-age": "a", "event-age": "b"})

    assert (known.state, known.actions, known.actions_enabled) == ("OK", (arn,), False)
    assert (missing.name, missing.state) == ("event-age", "MISSING")
    assert not known.is_silent
    assert read_topic(aws("sns"), arn) == Topic(arn=arn, key=None, confirmed=0, pending=[])


def test_any_number_of_alarms_is_read_a_hundred_at_a_time() -> None:
    names = {f"alarm-{number}": f"dev-alarm-{number}" for number in range(201)}

    def describe_alarms(**arguments: Any) -> Any:
        assert len(arguments["AlarmNames"]) <= arguments["MaxRecords"] <= 100
        found = [{"AlarmName": name, "StateValue": "OK"} for name in arguments["AlarmNames"]]
        return {"MetricAlarms": found}

    found = read_alarms(SimpleNamespace(describe_alarms=describe_alarms), names)

    assert {each.name: each.cloudwatch_name for each in found} == names
    assert {each.state for each in found} == {"OK"}


def test_a_composite_alarm_without_actions_is_not_meant_to_notify() -> None:
    silent = replace(FINE, is_composite=True, actions=())

    assert (silent.is_silent, FINE.is_silent) == (True, False)
    assert not replace(FINE, actions=()).is_silent


def test_an_interrupted_test_restores_everything(aws: Any) -> None:
    arn = aws("sns").create_topic(Name="alarms")["TopicArn"]
    put_alarm(aws("cloudwatch"), "a", arn)
    [alarm] = read_alarms(aws("cloudwatch"), {"outbox-age": "a"})
    seen: list[str] = []

    def interrupt() -> float:
        seen.append(read_alarms(aws("cloudwatch"), {"outbox-age": "a"})[0].state)
        raise KeyboardInterrupt

    interrupts = Interrupts()
    with (
        pytest.raises(KeyboardInterrupt),
        subscribed_queue(
            aws("sqs"),
            aws("sns"),
            arn,
            interrupts,
            clock=interrupt,
            timeout_seconds=60,
            poll_seconds=0,
        ) as subscriber,
    ):
        fire_alarm(aws("cloudwatch"), alarm, subscriber, interrupts)

    assert seen == ["ALARM"]
    assert read_alarms(aws("cloudwatch"), {"outbox-age": "a"})[0].state == "OK"
    assert aws("sqs").list_queues().get("QueueUrls", []) == []
    assert aws("sns").list_subscriptions()["Subscriptions"] == []


def test_a_notification_that_is_late_does_not_count(aws: Any) -> None:
    times = iter([0.0, 30.0, 61.0])
    url = aws("sqs").create_queue(QueueName="q")["QueueUrl"]
    subscriber = Subscriber(
        sqs=aws("sqs"),
        url=url,
        clock=lambda: next(times),
        timeout_seconds=60,
        poll_seconds=0,
    )

    assert not subscriber.is_notified("a")
