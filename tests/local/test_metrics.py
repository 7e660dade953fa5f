"""The program's alarm on a queue goes off by itself, because the depth is published."""

from __future__ import annotations

import uuid

from local.emulator import Emulator
from local.metrics import publish_queue_depths, publishing_queue_depths, watched_queues
from local.wait import wait_until


def _alarm_on(emulator: Emulator, queue_name: str) -> None:
    emulator.client("cloudwatch").put_metric_alarm(
        AlarmName=f"depth-of-{queue_name}",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue_name}],
        Statistic="Maximum",
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        Period=10,
        EvaluationPeriods=1,
    )


def _state(emulator: Emulator, queue_name: str) -> str:
    alarms = emulator.client("cloudwatch").describe_alarms(AlarmNames=[f"depth-of-{queue_name}"])
    return str(alarms["MetricAlarms"][0]["StateValue"])


def test_only_queues_that_an_alarm_watches_are_published(emulator: Emulator) -> None:
    name = f"queue-{uuid.uuid4()}"
    emulator.client("sqs").create_queue(QueueName=name)
    assert name not in watched_queues(emulator.client)

    _alarm_on(emulator, name)

    assert name in watched_queues(emulator.client)


def test_the_alarm_goes_off_when_a_message_waits(emulator: Emulator) -> None:
    sqs, name = emulator.client("sqs"), f"queue-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    _alarm_on(emulator, name)
    publish_queue_depths(emulator.client)
    assert _state(emulator, name) == "OK"

    sqs.send_message(QueueUrl=url, MessageBody="hello")

    with publishing_queue_depths(emulator.client):
        wait_until(
            lambda: _state(emulator, name),
            "the alarm to go off",
            seconds=10,
            enough=lambda state: state == "ALARM",
        )
