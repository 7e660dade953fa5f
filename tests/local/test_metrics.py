"""The program's alarms go off by themselves, because what they watch is published."""

from __future__ import annotations

import time
import uuid

from lambdas.handoff_relay.metrics import metrics_line
from lambdas.handoff_relay.relay import Report
from local.emulator import Emulator
from local.metrics import RelayMetrics, publish_queue_depths, publishing_metrics, watched
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
    return _state_of(emulator, f"depth-of-{queue_name}")


def _state_of(emulator: Emulator, alarm_name: str) -> str:
    alarms = emulator.client("cloudwatch").describe_alarms(AlarmNames=[alarm_name])
    return str(alarms["MetricAlarms"][0]["StateValue"])


def test_only_queues_that_an_alarm_watches_are_published(emulator: Emulator) -> None:
    name = f"queue-{uuid.uuid4()}"
    emulator.client("sqs").create_queue(QueueName=name)
    assert name not in watched(emulator.client, "AWS/SQS", "QueueName")

    _alarm_on(emulator, name)

    assert name in watched(emulator.client, "AWS/SQS", "QueueName")


def test_the_alarm_goes_off_when_a_message_waits(emulator: Emulator) -> None:
    sqs, name = emulator.client("sqs"), f"queue-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    _alarm_on(emulator, name)
    publish_queue_depths(emulator.client)
    assert _state(emulator, name) == "OK"

    sqs.send_message(QueueUrl=url, MessageBody="hello")

    with publishing_metrics(emulator.client):
        wait_until(
            lambda: _state(emulator, name),
            "the alarm to go off",
            seconds=10,
            enough=lambda state: state == "ALARM",
        )


def test_the_alarm_on_the_outbox_goes_off_by_what_the_relay_prints(emulator: Emulator) -> None:
    logs, handoff = emulator.client("logs"), f"orders-{uuid.uuid4()}"
    group = f"/aws/lambda/{handoff}-relay"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="run")
    emulator.client("cloudwatch").put_metric_alarm(
        AlarmName=f"age-of-{handoff}",
        Namespace="Handoff",
        MetricName="OutboxOldestAge",
        Dimensions=[{"Name": "Handoff", "Value": handoff}],
        Statistic="Maximum",
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=300,
        Period=10,
        EvaluationPeriods=1,
    )
    relays = RelayMetrics(emulator.client)

    def relay_prints(age_seconds: float) -> None:
        now_ms = int(time.time() * 1000)
        line = metrics_line(
            Report(oldest_age_seconds=age_seconds), handoff_name=handoff, at_ms=now_ms
        )
        logs.put_log_events(
            logGroupName=group,
            logStreamName="run",
            logEvents=[
                {"timestamp": now_ms, "message": '{"level": "INFO"}'},
                {"timestamp": now_ms, "message": line},
            ],
        )
        relays.publish()

    relay_prints(299)
    assert _state_of(emulator, f"age-of-{handoff}") == "OK"
    relay_prints(300)
    assert _state_of(emulator, f"age-of-{handoff}") == "ALARM"

    relays.publish()
    assert _datapoints(emulator, handoff) == 2, "a line is published once"


def _datapoints(emulator: Emulator, handoff: str) -> int:
    now = time.time()
    points = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="Handoff",
        MetricName="OutboxOldestAge",
        Dimensions=[{"Name": "Handoff", "Value": handoff}],
        StartTime=now - 600,
        EndTime=now + 60,
        Period=3_600,
        Statistics=["SampleCount"],
    )["Datapoints"]
    return sum(int(point["SampleCount"]) for point in points)
