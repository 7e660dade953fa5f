"""What is asked of CloudWatch and SNS about alarms, call for call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_ops.alarms.alarm_state import AlarmState
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


def a_state(name: str = "depth", *, composite: bool = False, **definition: Any) -> AlarmState:
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
    alarm = a_state(ComparisonOperator=comparison)

    found = [bool(recovering(CloudWatch(value, 99), [alarm], NOON)) for value in (4.9, 5, 5.1)]

    assert found == [below, at, above]


def test_the_metric_of_an_alarm_is_asked_for_two_periods() -> None:
    cloudwatch = CloudWatch(1)
    dimensions = [{"Name": "QueueName", "Value": "q"}]

    recovering(cloudwatch, [a_state(Dimensions=dimensions)], NOON)

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

    recovering(cloudwatch, [a_state(**definition)], NOON)

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
    alarm = a_state(**definition)
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

    assert recovering(cloudwatch, [a_state(Metrics=queries)], NOON) == {"depth"}
    [arguments] = asked
    assert arguments["MetricDataQueries"] == [{**each, "ReturnData": True} for each in queries]
    assert arguments["StartTime"] == NOON - timedelta(seconds=600)


def test_an_alarm_without_a_metric_is_not_known_to_recover() -> None:
    alarm = a_state()
    del alarm.definition["MetricName"]  # type: ignore[attr-defined]

    assert recovering(CloudWatch(1), [alarm], NOON) == frozenset()


def test_a_composite_alarm_recovers_with_all_others_that_fire() -> None:
    calm, firing = a_state("calm"), a_state("firing", Threshold=0.5)
    whole = a_state("whole", composite=True)

    assert recovering(CloudWatch(1), [calm, whole], NOON) == {"calm", "whole"}
    assert recovering(CloudWatch(1), [calm, firing, whole], NOON) == {"calm"}
    assert recovering(CloudWatch(1), [whole], NOON) == frozenset()
    assert recovering(CloudWatch(1), [], NOON) == frozenset()
