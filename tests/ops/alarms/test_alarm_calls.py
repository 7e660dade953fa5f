"""What is asked of CloudWatch and SNS about alarms, call for call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_ops.alarms.alarm_state import AlarmState, read_alarms
from serverless_ops.alarms.checks import Topic, alarm_problems, read_topic, topic_problems
from serverless_ops.alarms.recovering import recovering

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
ALARM: dict[str, Any] = {
    "AlarmName": "dev-depth",
    "StateValue": "ALARM",
    "Namespace": "Shop",
    "MetricName": "Depth",
    "Statistic": "Maximum",
    "Period": 120,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def _state(name: str = "depth", *, composite: bool = False, **definition: Any) -> AlarmState:
    return AlarmState(
        name=name,
        cloudwatch_name=f"dev-{name}",
        state="ALARM",
        since=NOON,
        description="",
        actions=(TOPIC,),
        actions_enabled=True,
        is_composite=composite,
        definition={**ALARM, **definition},
    )


class CloudWatch:
    """Has these values of the metric, the latest first, and records what it is asked."""

    def __init__(self, *values: float) -> None:
        self.values = list(values)
        self.asked: list[Any] = []

    def get_metric_data(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        queries = arguments["MetricDataQueries"]
        return {"MetricDataResults": [{"Id": e["Id"], "Values": self.values} for e in queries]}


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("GreaterThanThreshold", True, True, False),
        ("GreaterThanOrEqualToThreshold", True, False, False),
        ("LessThanThreshold", False, True, True),
        ("LessThanOrEqualToThreshold", False, False, True),
        ("GreaterThanUpperThreshold", False, False, False),
    ],
)
def test_the_latest_value_is_compared_as_the_alarm_compares_it(
    comparison: str, *, below: bool, at: bool, above: bool
) -> None:
    alarm = _state(ComparisonOperator=comparison)

    found = [bool(recovering(CloudWatch(value, 99), [alarm], NOON)) for value in (4.9, 5, 5.1)]

    assert found == [below, at, above]


def test_the_metric_of_an_alarm_is_asked_for_two_periods() -> None:
    cloudwatch = CloudWatch(1)
    dimensions = [{"Name": "QueueName", "Value": "q"}]

    recovering(cloudwatch, [_state(Dimensions=dimensions)], NOON)

    metric = {"Namespace": "Shop", "MetricName": "Depth", "Dimensions": dimensions}
    assert cloudwatch.asked == [
        {
            "MetricDataQueries": [
                {
                    "Id": "metric",
                    "MetricStat": {"Metric": metric, "Period": 120, "Stat": "Maximum"},
                    "ReturnData": True,
                }
            ],
            "StartTime": NOON - timedelta(seconds=240),
            "EndTime": NOON,
            "ScanBy": "TimestampDescending",
        }
    ]


@pytest.mark.parametrize(
    ("definition", "period", "statistic"),
    [
        ({"Statistic": None, "ExtendedStatistic": "p99"}, 120, "p99"),
        ({"Statistic": "Sum"}, 60, "Sum"),
        ({"Statistic": "Sum", "ComparisonOperator": "LessThanThreshold"}, 120, "Sum"),
        ({"Statistic": "Sum", "Period": 30}, 30, "Sum"),
    ],
)
def test_a_sum_that_may_not_be_exceeded_is_asked_for_its_latest_minute(
    definition: dict[str, Any], period: int, statistic: str
) -> None:
    cloudwatch = CloudWatch(1)

    recovering(cloudwatch, [_state(**definition)], NOON)

    [asked] = cloudwatch.asked
    [query] = asked["MetricDataQueries"]
    assert (query["MetricStat"]["Period"], query["MetricStat"]["Stat"]) == (period, statistic)
    assert asked["StartTime"] == NOON - timedelta(seconds=2 * period)


@pytest.mark.parametrize(
    "definition",
    [
        {"ComparisonOperator": None},
        {"Threshold": None},
        {"Metrics": [{"Id": "e", "Expression": "1"}]},
    ],
)
def test_an_alarm_that_cannot_be_compared_is_not_asked_for(definition: dict[str, Any]) -> None:
    cloudwatch = CloudWatch(1)
    alarm = _state(**definition)
    if definition.get("ComparisonOperator", "") is None:
        del alarm.definition["ComparisonOperator"]  # type: ignore[attr-defined]

    assert recovering(cloudwatch, [alarm], NOON) == frozenset()
    assert cloudwatch.asked == []


@pytest.mark.parametrize("marks", [{}, {"ReturnData": True}])
def test_of_an_alarm_on_an_expression_only_what_it_returns_is_compared(
    marks: dict[str, bool],
) -> None:
    stat = {"Metric": {"Namespace": "Shop", "MetricName": "x"}, "Period": 60, "Stat": "Maximum"}
    queries = [
        {"Id": "sum", "Expression": "x + y", **marks},
        {"Id": "x", "MetricStat": stat, "ReturnData": False},
        {"Id": "y", "MetricStat": {**stat, "Period": 300}, "ReturnData": False},
    ]
    asked: list[Any] = []

    def get_metric_data(**arguments: Any) -> Any:
        asked.append(arguments)
        values = {"sum": [1.0], "x": [99.0], "y": [99.0]}
        return {"MetricDataResults": [{"Id": n, "Values": v} for n, v in values.items()]}

    cloudwatch = SimpleNamespace(get_metric_data=get_metric_data)

    assert recovering(cloudwatch, [_state(Metrics=queries)], NOON) == {"depth"}
    [arguments] = asked
    assert arguments["MetricDataQueries"] == [{**each, "ReturnData": True} for each in queries]
    assert arguments["StartTime"] == NOON - timedelta(seconds=600)


def test_an_alarm_without_a_metric_is_not_known_to_recover() -> None:
    alarm = _state()
    del alarm.definition["MetricName"]  # type: ignore[attr-defined]

    assert recovering(CloudWatch(1), [alarm], NOON) == frozenset()


def test_a_composite_alarm_recovers_with_all_others_that_fire() -> None:
    calm, firing = _state("calm"), _state("firing", Threshold=0.5)
    whole = _state("whole", composite=True)

    assert recovering(CloudWatch(1), [calm, whole], NOON) == {"calm", "whole"}
    assert recovering(CloudWatch(1), [calm, firing, whole], NOON) == {"calm"}
    assert recovering(CloudWatch(1), [whole], NOON) == frozenset()
    assert recovering(CloudWatch(1), [], NOON) == frozenset()


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
    assert alarm_problems([_state()], f"{TOPIC}-2") == [
        "depth: it does not notify the alarm topic; deploy again"
    ]
