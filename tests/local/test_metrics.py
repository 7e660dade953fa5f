"""Alarms fire by themselves, because the metrics that they watch are published."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from local.cloudwatch.alarms import Alarms
from local.cloudwatch.metrics import EmbeddedMetrics, publish_queue_depths, watched_queues
from local.cloudwatch.publisher import publishing_metrics
from local.emulator.start import Emulator
from local.wait import wait_until
from serverless_runtime.shared.metrics import metrics_line


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


def _publish_and_evaluate(emulator: Emulator) -> None:
    alarms = Alarms(emulator.client)
    publish_queue_depths(emulator.client, alarms.described())
    alarms.evaluate()


def test_only_queues_that_an_alarm_watches_are_published(emulator: Emulator) -> None:
    name = f"queue-{uuid.uuid4()}"
    emulator.client("sqs").create_queue(QueueName=name)
    assert name not in watched_queues(Alarms(emulator.client).described())

    _alarm_on(emulator, name)

    assert name in watched_queues(Alarms(emulator.client).described())


def test_a_deleted_queue_does_not_keep_others_from_being_published(emulator: Emulator) -> None:
    sqs, deleted, existing = emulator.client("sqs"), f"a-{uuid.uuid4()}", f"z-{uuid.uuid4()}"
    for name in (deleted, existing):
        sqs.create_queue(QueueName=name)
        _alarm_on(emulator, name)
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=deleted)["QueueUrl"])

    _publish_and_evaluate(emulator)

    assert _state(emulator, existing) == "OK"
    assert _state(emulator, deleted) == "INSUFFICIENT_DATA"


def test_the_alarm_fires_when_a_message_waits(emulator: Emulator) -> None:
    sqs, name = emulator.client("sqs"), f"queue-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    _alarm_on(emulator, name)
    _publish_and_evaluate(emulator)
    assert _state(emulator, name) == "OK"

    sqs.send_message(QueueUrl=url, MessageBody="hello")

    with publishing_metrics(emulator.client):
        wait_until(
            lambda: _state(emulator, name),
            "the alarm to fire",
            seconds=10,
            enough=lambda state: state == "ALARM",
        )


def _prints(emulator: Emulator, group: str, lines: Sequence[str]) -> None:
    now_ms = int(time.time() * 1000)
    emulator.client("logs").put_log_events(
        logGroupName=group,
        logStreamName="run",
        logEvents=[{"timestamp": now_ms, "message": line} for line in lines],
    )


def _points(emulator: Emulator, name: str, dimensions: dict[str, str]) -> list[dict[str, Any]]:
    now = time.time()
    found: list[dict[str, Any]] = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="Handoff",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - 600,
        EndTime=now + 60,
        Period=3_600,
        Statistics=["SampleCount", "Sum"],
    )["Datapoints"]
    return found


def test_what_any_function_prints_becomes_metrics_once(emulator: Emulator) -> None:
    logs, stack = emulator.client("logs"), f"shop-{uuid.uuid4()}"
    group = f"/aws/lambda/{stack}-sell"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="run")
    now_ms = int(time.time() * 1000)
    sold = metrics_line(
        {"Sold": ("Count", 2)}, {"Stack": stack, "Kind": "tea"}, namespace="Handoff", at_ms=now_ms
    )
    metrics = EmbeddedMetrics(emulator.client)

    _prints(emulator, group, ['{"level": "INFO"}', sold])
    metrics.publish()
    metrics.publish()

    [point] = _points(emulator, "Sold", {"Stack": stack, "Kind": "tea"})
    assert (point["SampleCount"], point["Sum"]) == (1, 2)
