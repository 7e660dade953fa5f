"""What keeps an alarm from being heard is found before it goes off, and a trial leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.alarm_checks import Topic, problems_of_alarms, problems_of_topic, read_topic
from ops.alarm_states import read_alarms
from ops.alarm_trial import Listener, listening, try_alarm
from ops.interrupts import Interrupts
from tests.ops.test_status import FINE

TOPIC = Topic(arn=FINE.actions[0], key=None, confirmed=1, pending=[])


@pytest.fixture
def aws() -> Iterator[Any]:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 -- moto checks none
        )

    with mock_aws():
        yield client


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"confirmed": 0}, "nobody hears of alarms: the topic has no confirmed subscriber"),
        ({"pending": ["email"]}, "a subscriber by email has not confirmed"),
        ({"key": "alias/aws/sns"}, "encrypted with alias/aws/sns, which CloudWatch may not use"),
    ],
)
def test_what_is_wrong_with_the_topic_is_named(changed: dict[str, Any], problem: str) -> None:
    [named] = problems_of_topic(replace(TOPIC, **changed))
    assert problem in named


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"state": "MISSING"}, "outbox-age: there is no alarm stack-outbox-age"),
        ({"actions_enabled": False}, "outbox-age: its actions are disabled"),
        ({"actions": ()}, "outbox-age: it does not report to the alarm topic"),
    ],
)
def test_what_is_wrong_with_an_alarm_is_named(changed: dict[str, Any], problem: str) -> None:
    [named] = problems_of_alarms([replace(FINE, **changed)], TOPIC.arn)
    assert problem in named


def test_nothing_is_wrong_with_what_is_fine() -> None:
    assert problems_of_topic(TOPIC) + problems_of_alarms([FINE], TOPIC.arn) == []


def test_a_topic_and_its_alarms_are_read_as_they_are(aws: Any) -> None:
    arn = aws("sns").create_topic(Name="alarms")["TopicArn"]
    _put_alarm(aws("cloudwatch"), arn)
    aws("cloudwatch").disable_alarm_actions(AlarmNames=["a"])

    [known, missing] = read_alarms(aws("cloudwatch"), {"outbox-age": "a", "event-age": "b"})

    assert (known.state, known.actions, known.actions_enabled) == ("OK", (arn,), False)
    assert (missing.kind, missing.state) == ("event-age", "MISSING")
    assert read_topic(aws("sns"), arn) == Topic(arn=arn, key=None, confirmed=0, pending=[])


def test_an_interrupted_trial_puts_everything_back(aws: Any) -> None:
    arn = aws("sns").create_topic(Name="alarms")["TopicArn"]
    _put_alarm(aws("cloudwatch"), arn)
    [alarm] = read_alarms(aws("cloudwatch"), {"outbox-age": "a"})
    seen: list[str] = []

    def interrupt() -> float:
        seen.append(read_alarms(aws("cloudwatch"), {"outbox-age": "a"})[0].state)
        raise KeyboardInterrupt

    interrupts = Interrupts()
    with (
        pytest.raises(KeyboardInterrupt),
        listening(
            aws("sqs"),
            aws("sns"),
            arn,
            interrupts,
            clock=interrupt,
            patience_seconds=60,
            poll_seconds=0,
        ) as listener,
    ):
        try_alarm(aws("cloudwatch"), alarm, listener, interrupts)

    assert seen == ["ALARM"]
    assert read_alarms(aws("cloudwatch"), {"outbox-age": "a"})[0].state == "OK"
    assert aws("sqs").list_queues().get("QueueUrls", []) == []
    assert aws("sns").list_subscriptions()["Subscriptions"] == []


def test_a_message_that_does_not_come_in_time_is_not_heard(aws: Any) -> None:
    moments = iter([0.0, 30.0, 61.0])
    url = aws("sqs").create_queue(QueueName="q")["QueueUrl"]
    listener = Listener(
        sqs=aws("sqs"),
        url=url,
        clock=lambda: next(moments),
        patience_seconds=60,
        poll_seconds=0,
    )

    assert not listener.hears("a")


def _put_alarm(cloudwatch: Any, topic_arn: str) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName="a",
        Namespace="n",
        MetricName="m",
        Period=60,
        Statistic="Sum",
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic_arn],
    )
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="a test")
