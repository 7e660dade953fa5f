"""An alarm outlasts its cause: its metric shows whether the cause is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from serverless_ops.alarms.alarm_state import AlarmState, read_alarms
from serverless_ops.alarms.recovering import recovering
from tests.ops.fakes import aws_client

NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture
def cloudwatch() -> Iterator[Any]:
    with mock_aws():
        yield aws_client("cloudwatch")


def _fire(cloudwatch: Any, name: str, missing: str = "notBreaching", **more: Any) -> None:
    usual = {"Statistic": "Maximum", "Period": 60, "Threshold": 0}
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Shop",
        MetricName=name,
        EvaluationPeriods=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData=missing,
        **{**usual, **more},
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")


def _measure(cloudwatch: Any, name: str, **values: float) -> None:
    """Record values, each named by how many minutes ago it was: `ago_1=7`."""
    for ago, value in values.items():
        at = NOW - timedelta(minutes=int(ago.removeprefix("ago_")))
        datum = {"MetricName": name, "Value": value, "Timestamp": at}
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])


def _firing(cloudwatch: Any, *names: str) -> list[AlarmState]:
    return read_alarms(cloudwatch, {name: name for name in names})


def test_an_alarm_cools_down_once_its_latest_datapoint_is_within_the_threshold(
    cloudwatch: Any,
) -> None:
    for name in ("over", "lasting"):
        _fire(cloudwatch, name)
    _measure(cloudwatch, "over", ago_2=7, ago_1=0)
    _measure(cloudwatch, "lasting", ago_2=0, ago_1=7)

    assert recovering(cloudwatch, _firing(cloudwatch, "over", "lasting"), NOW) == {"over"}


def test_what_was_counted_once_in_a_long_period_is_over_a_minute_later(cloudwatch: Any) -> None:
    for name in ("opened", "failing"):
        _fire(cloudwatch, name, Statistic="Sum", Period=300, Threshold=5)
    _measure(cloudwatch, "opened", ago_4=9, ago_2=9, ago_1=0)
    _measure(cloudwatch, "failing", ago_4=9, ago_2=9, ago_1=2)

    assert recovering(cloudwatch, _firing(cloudwatch, "opened", "failing"), NOW) == {"opened"}


@pytest.mark.parametrize(
    ("period_seconds", "threshold", "calm", "breach"),
    [(300, 5, 1, 2), (3600, 120, 2, 3), (60, 5, 5, 6), (10, 5, 5, 6)],
)
def test_the_latest_minute_is_compared_with_its_share_of_what_the_period_allows(
    cloudwatch: Any, period_seconds: int, threshold: float, calm: float, breach: float
) -> None:
    for name in ("calm", "failing"):
        _fire(cloudwatch, name, Statistic="Sum", Period=period_seconds, Threshold=threshold)
    alarms = _firing(cloudwatch, "calm", "failing")
    asked: list[int] = []

    def get_metric_data(**arguments: Any) -> Any:
        [query] = arguments["MetricDataQueries"]
        asked.append(query["MetricStat"]["Period"])
        value = calm if query["MetricStat"]["Metric"]["MetricName"] == "calm" else breach
        return {"MetricDataResults": [{"Id": query["Id"], "Values": [value]}]}

    found = recovering(SimpleNamespace(get_metric_data=get_metric_data), alarms, NOW)

    assert found == {"calm"}
    assert set(asked) == {min(period_seconds, 60)}


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("notBreaching", {"silent"}), ("breaching", set()), ("missing", set()), ("ignore", set())],
)
def test_without_a_datapoint_it_is_over_only_if_silence_is_no_breach(
    cloudwatch: Any, missing: str, expected: set[str]
) -> None:
    _fire(cloudwatch, "silent", missing)

    assert recovering(cloudwatch, _firing(cloudwatch, "silent"), NOW) == expected


@pytest.mark.parametrize(
    ("result", "metric", "expected"),
    [([0.0], [0.0], {"depth"}), ([7.0], [7.0], set()), ([], [7.0], set()), ([], [], {"depth"})],
)
def test_an_expression_without_a_result_is_over_only_if_its_metrics_are_silent(
    result: list[float], metric: list[float], expected: set[str]
) -> None:
    stat = {"Metric": {"Namespace": "Shop", "MetricName": "x"}, "Period": 60, "Stat": "Maximum"}
    alarm = AlarmState(
        name="depth",
        cloudwatch_name="depth",
        state="ALARM",
        since=NOW,
        description="",
        actions=(),
        actions_enabled=True,
        definition={
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "notBreaching",
            "Metrics": [
                {"Id": "sum", "Expression": "x + x", "ReturnData": True},
                {"Id": "x", "MetricStat": stat, "ReturnData": False},
            ],
        },
    )
    results = [{"Id": "sum", "Values": result}, {"Id": "x", "Values": metric}]
    cloudwatch = SimpleNamespace(get_metric_data=lambda **_: {"MetricDataResults": results})

    assert recovering(cloudwatch, [alarm], NOW) == expected


def test_an_alarm_that_does_not_fire_is_not_asked_for(cloudwatch: Any) -> None:
    _fire(cloudwatch, "over")
    cloudwatch.set_alarm_state(AlarmName="over", StateValue="OK", StateReason="test")

    assert recovering(cloudwatch, _firing(cloudwatch, "over"), NOW) == frozenset()
