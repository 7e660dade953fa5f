"""Each alarm goes off by its own metric, tells a subscriber, and names its section of the runbook.

The metrics are put by the test: most conditions take minutes to arise, and some the emulator does
not know. That alarms end when their metrics do is shown in tests/local.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.alarms import metric_queries
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


def _hear(stack: DeployedStack, queue_url: str, heard: dict[str, str]) -> dict[str, str]:
    sqs = stack.client("sqs")
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    for message in answer.get("Messages", []):
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        told = json.loads(json.loads(message["Body"])["Message"])
        if told["NewStateValue"] == "ALARM":
            heard[told["AlarmName"]] = told["AlarmDescription"]
    return heard


def _put_what_sets_it_off(stack: DeployedStack, alarm: dict[str, Any]) -> None:
    now = time.time()
    for query in metric_queries(alarm):
        watched = query["MetricStat"]
        # A hundred of each is enough for every share and sum.
        value = max(100.0, alarm["Threshold"])
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


def test_every_alarm_goes_off_by_its_metric_and_is_heard(troubled: DeployedStack) -> None:
    topic, names = troubled.outputs["alarmTopicArn"], troubled.outputs["alarmNames"]
    arn = queue_open_to(troubled.emulator.client, topic, "everybody")
    url = troubled.client("sqs").get_queue_url(QueueName="everybody")["QueueUrl"]
    troubled.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    cloudwatch = troubled.client("cloudwatch")
    alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    own = {name for kind, name in names.items() if kind != SUMMARY}
    assert {alarm["AlarmName"] for alarm in alarms} == own

    heard: dict[str, str] = {}

    def missing() -> set[str]:
        # Again each time: the next period of a queue's depth begins with the real one.
        for alarm in alarms:
            if alarm["AlarmName"] not in heard:
                _put_what_sets_it_off(troubled, alarm)
        return own - _hear(troubled, url, heard).keys()

    wait_until(
        missing,
        "the message of each alarm",
        seconds=PATIENCE_SECONDS,
        enough=lambda left: not left,
    )
    kinds = {name: kind for kind, name in names.items()}
    for name, message in heard.items():
        [section] = re.findall(r"What to do: docs/runbook\.md#([a-z-]+)$", message)
        assert section == kinds[name]
        assert section in sections()
    [summary] = cloudwatch.describe_alarms(
        AlarmNames=[names[SUMMARY]], AlarmTypes=["CompositeAlarm"]
    )["CompositeAlarms"]
    assert summary["StateValue"] == "ALARM"
