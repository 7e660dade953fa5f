"""Alarms change state as CloudWatch documents, and subscribers are notified."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from local.cloudwatch.alarms import Alarms
from local.emulator.start import Emulator


class Monitored:
    """Alarms that notify a topic, and a queue subscribed to it."""

    def __init__(self, emulator: Emulator) -> None:
        self.cloudwatch, self._sqs = emulator.client("cloudwatch"), emulator.client("sqs")
        self.alarms = Alarms(emulator.client)
        self.name = f"shop-{uuid.uuid4()}"
        self._url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        sns = emulator.client("sns")
        self._topic = sns.create_topic(Name=self.name)["TopicArn"]
        queue_arn = attributes["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=self._topic, Protocol="sqs", Endpoint=queue_arn)

    def alarm(self, suffix: str, **metric: Any) -> str:
        name = f"{self.name}-{suffix}"
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Threshold=1,
            EvaluationPeriods=1,
            TreatMissingData="notBreaching",
            AlarmActions=[self._topic],
            OKActions=[self._topic],
            **metric,
        )
        return name

    def put(self, metric: str, value: float, item: str = "tea") -> None:
        dimensions = [{"Name": "Item", "Value": item}]
        self.cloudwatch.put_metric_data(
            Namespace=self.name,
            MetricData=[{"MetricName": metric, "Dimensions": dimensions, "Value": value}],
        )

    def metric(self, name: str, item: str = "tea") -> dict[str, Any]:
        dimensions = [{"Name": "Item", "Value": item}]
        return {"Namespace": self.name, "MetricName": name, "Dimensions": dimensions}

    def metric_math(self, expression: str, *names: str) -> dict[str, Any]:
        sources = [
            {
                "Id": name.lower(),
                "MetricStat": {"Metric": self.metric(name), "Period": 60, "Stat": "Sum"},
                "ReturnData": False,
            }
            for name in names
        ]
        return {"Metrics": [{"Id": "result", "Expression": expression}, *sources]}

    def state(self, name: str) -> str:
        described = self.cloudwatch.describe_alarms(
            AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        [alarm] = described["MetricAlarms"] + described["CompositeAlarms"]
        return str(alarm["StateValue"])

    def messages(self) -> list[tuple[str, str]]:
        """Name and state of every message that has come since."""
        received = []
        while found := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                alarm = json.loads(json.loads(message["Body"])["Message"])
                received.append((alarm["AlarmName"], alarm["NewStateValue"]))
        return received


@pytest.fixture
def shop(emulator: Emulator) -> Monitored:
    return Monitored(emulator)


def test_the_emulator_leaves_the_state_of_an_alarm_alone(shop: Monitored) -> None:
    name = shop.alarm("errors", **shop.metric("Errors"), Statistic="Sum", Period=60)

    shop.put("Errors", 1)

    assert shop.state(name) == "INSUFFICIENT_DATA"
    shop.alarms.evaluate()
    assert shop.state(name) == "ALARM"


def test_an_alarm_fires_by_its_own_dimensions_and_no_others(shop: Monitored) -> None:
    tea = shop.alarm("tea", **shop.metric("Errors"), Statistic="Sum", Period=60)
    milk = shop.alarm("milk", **shop.metric("Errors", "milk"), Statistic="Sum", Period=60)

    shop.put("Errors", 1, "tea")
    shop.alarms.evaluate()

    assert (shop.state(tea), shop.state(milk)) == ("ALARM", "OK")
    assert sorted(shop.messages()) == sorted([(tea, "ALARM"), (milk, "OK")])


def test_a_state_is_reported_once(shop: Monitored) -> None:
    name = shop.alarm("errors", **shop.metric("Errors"), Statistic="Sum", Period=60)
    shop.put("Errors", 1)

    for _ in range(3):
        shop.alarms.evaluate()

    assert shop.messages() == [(name, "ALARM")]


def test_an_alarm_resolves_when_its_datapoints_are_old(emulator: Emulator, shop: Monitored) -> None:
    name = shop.alarm("errors", **shop.metric("Errors"), Statistic="Sum", Period=60)
    shop.put("Errors", 1)
    shop.alarms.evaluate()
    shop.messages()

    Alarms(emulator.client, clock=lambda: time.time() + 600).evaluate()

    assert (name, "OK") in shop.messages()


def test_an_alarm_on_an_expression_fires(shop: Monitored) -> None:
    name = shop.alarm("rate", **shop.metric_math("IF(all >= 10, 100 * bad / all, 0)", "All", "Bad"))
    shop.put("Bad", 5)
    shop.put("All", 9)
    shop.alarms.evaluate()
    assert shop.state(name) == "OK"

    shop.put("All", 1)
    shop.alarms.evaluate()

    assert shop.state(name) == "ALARM"
    assert sorted(shop.messages()) == [(name, "ALARM"), (name, "OK")]


def test_a_percentile_is_not_the_largest_value(shop: Monitored) -> None:
    slow = shop.alarm("slow", **shop.metric("Took"), ExtendedStatistic="p99", Period=60)
    half = shop.alarm("half", **shop.metric("Took"), ExtendedStatistic="p50", Period=60)
    for value in (0, 0, 0, 5):
        shop.put("Took", value)

    shop.alarms.evaluate()

    assert (shop.state(slow), shop.state(half)) == ("ALARM", "OK")


def test_a_composite_alarm_follows_its_alarms(shop: Monitored) -> None:
    errors = shop.alarm("errors", **shop.metric("Errors"), Statistic="Sum", Period=60)
    others = shop.alarm("others", **shop.metric("Others"), Statistic="Sum", Period=60)
    shop.cloudwatch.put_composite_alarm(
        AlarmName=f"{shop.name}-any", AlarmRule=f'ALARM("{errors}") OR ALARM("{others}")'
    )
    shop.alarms.evaluate()
    assert shop.state(f"{shop.name}-any") == "OK"

    shop.put("Others", 1)
    shop.alarms.evaluate()

    assert shop.state(f"{shop.name}-any") == "ALARM"
    assert (f"{shop.name}-any", "ALARM") not in shop.messages(), "it has no actions"


def test_a_state_set_by_hand_is_reported_and_does_not_last(shop: Monitored) -> None:
    name = shop.alarm("errors", **shop.metric("Errors"), Statistic="Sum", Period=60)
    shop.alarms.evaluate()
    shop.messages()

    shop.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    shop.alarms.evaluate()

    assert sorted(shop.messages()) == [(name, "ALARM"), (name, "OK")]
