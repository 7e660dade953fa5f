"""Each alarm goes off by its own metric, tells a subscriber, and names its section of the runbook.

It ends when its metric is well again. The metrics are put by the test: most conditions take minutes
to arise, and some the emulator does not know.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.alarms import Alarms, metric_queries
from local.outside import queue_open_to
from local.stack import DeployedStack, deployed_stack
from local.wait import wait_until
from tests.runbook import sections

SUMMARY = "handoff-unhealthy"
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def troubled() -> Iterator[DeployedStack]:
    """A stack of its own: for a quarter of an hour its alarms would disturb other tests."""
    with deployed_stack("alarms") as stack:
        yield stack


@pytest.fixture(scope="module")
def listening_queue(troubled: DeployedStack) -> str:
    """URL of a queue that hears what the alarms' topic says."""
    topic = troubled.outputs["alarmTopicArn"]
    arn = queue_open_to(troubled.emulator.client, topic, "everybody")
    troubled.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    url: str = troubled.client("sqs").get_queue_url(QueueName="everybody")["QueueUrl"]
    return url


def _own_alarms(stack: DeployedStack) -> list[dict[str, Any]]:
    names = {name for kind, name in stack.outputs["alarmNames"].items() if kind != SUMMARY}
    alarms = stack.client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in alarms} == names
    found: list[dict[str, Any]] = alarms
    return found


def _hear(
    stack: DeployedStack, queue_url: str, heard: dict[str, str], state: str
) -> dict[str, str]:
    sqs = stack.client("sqs")
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    for message in answer.get("Messages", []):
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        told = json.loads(json.loads(message["Body"])["Message"])
        if told["NewStateValue"] == state:
            heard[told["AlarmName"]] = told["AlarmDescription"]
    return heard


def _put(stack: DeployedStack, alarm: dict[str, Any], value: float, now: float) -> None:
    for query in metric_queries(alarm):
        watched = query["MetricStat"]
        for back in range(alarm["EvaluationPeriods"] + 1):
            stack.client("cloudwatch").put_metric_data(
                Namespace=watched["Metric"]["Namespace"],
                MetricData=[
                    {
                        "MetricName": watched["Metric"]["MetricName"],
                        "Dimensions": watched["Metric"]["Dimensions"],
                        "Timestamp": now - back * watched["Period"],
                        "Value": value,
                    }
                ],
            )


def test_every_alarm_goes_off_by_its_metric_and_is_heard(
    troubled: DeployedStack, listening_queue: str
) -> None:
    alarms = _own_alarms(troubled)
    heard: dict[str, str] = {}

    def missing() -> set[str]:
        # Again each time: the next period of a queue's depth begins with the real one.
        for alarm in alarms:
            if alarm["AlarmName"] not in heard:
                # A hundred of each is enough for every share and sum.
                _put(troubled, alarm, max(100.0, alarm["Threshold"]), time.time())
        told = _hear(troubled, listening_queue, heard, "ALARM")
        return {alarm["AlarmName"] for alarm in alarms} - told.keys()

    wait_until(
        missing,
        "the message of each alarm",
        seconds=PATIENCE_SECONDS,
        enough=lambda left: not left,
    )
    names = troubled.outputs["alarmNames"]
    kinds = {name: kind for kind, name in names.items()}
    for name, message in heard.items():
        [section] = re.findall(r"What to do: docs/runbook\.md#([a-z-]+)$", message)
        assert section == kinds[name]
        assert section in sections()
    [summary] = troubled.client("cloudwatch").describe_alarms(
        AlarmNames=[names[SUMMARY]], AlarmTypes=["CompositeAlarm"]
    )["CompositeAlarms"]
    assert summary["StateValue"] == "ALARM"


def test_every_alarm_ends_when_its_metric_is_well_again(
    troubled: DeployedStack, listening_queue: str
) -> None:
    alarms = _own_alarms(troubled)
    cloudwatch = troubled.client("cloudwatch")
    # Two hours on, when nothing that has been put before is looked at any more.
    later = time.time() + 7_200
    heard: dict[str, str] = {}

    def missing() -> set[str]:
        for alarm in alarms:
            if alarm["AlarmName"] not in heard:
                cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="the test"
                )
                _put(troubled, alarm, 0.0, later)
        Alarms(troubled.emulator.client, clock=lambda: later).evaluate()
        told = _hear(troubled, listening_queue, heard, "OK")
        return {alarm["AlarmName"] for alarm in alarms} - told.keys()

    wait_until(
        missing,
        "the end of each alarm",
        seconds=PATIENCE_SECONDS,
        enough=lambda left: not left,
    )
