"""The state of an alarm follows its datapoints as CloudWatch documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from local.cloudwatch.alarms import state_of

MINUTE = 60
NOW = 1_800_000_000 - 1_800_000_000 % MINUTE
BEFORE_ANYTHING = datetime.fromtimestamp(NOW - 86_400, UTC)


def an_alarm(**changed: Any) -> dict[str, Any]:
    return {
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Dimensions": [],
        "Statistic": "Sum",
        "Period": MINUTE,
        "EvaluationPeriods": 3,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmConfigurationUpdatedTimestamp": BEFORE_ANYTHING,
        **changed,
    }


def points(pattern: str) -> dict[int, float]:
    """One character a minute, the last one now: X is bad, 0 is good, - is missing."""
    values = {"X": 1.0, "0": 0.0}
    return {
        NOW - back * MINUTE: values[each]
        for back, each in enumerate(reversed(pattern))
        if each != "-"
    }


# The table of "how alarm state is evaluated when data is missing", where it names these treatments:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
@pytest.mark.parametrize(
    ("pattern", "breaching", "not_breaching"),
    [
        ("0-X-X", "OK", "OK"),
        ("----0", "OK", "OK"),
        ("-----", "ALARM", "OK"),
        ("0XX-X", "ALARM", "ALARM"),
        ("--X--", "ALARM", "OK"),
        ("00XXX", "ALARM", "ALARM"),
        ("XXX00", "OK", "OK"),
    ],
)
def test_missing_data_counts_only_when_there_is_too_little(
    pattern: str, breaching: str, not_breaching: str
) -> None:
    series = points(pattern)

    assert state_of(an_alarm(TreatMissingData="breaching"), series, NOW) == breaching
    assert state_of(an_alarm(TreatMissingData="notBreaching"), series, NOW) == not_breaching


def test_missing_data_can_leave_an_alarm_as_it_is_or_unknown() -> None:
    assert state_of(an_alarm(TreatMissingData="ignore"), points("----X"), NOW) is None
    assert state_of(an_alarm(TreatMissingData="missing"), {}, NOW) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("pattern", "state"), [("X0X0X", "ALARM"), ("X000X", "OK"), ("XX--X", "ALARM")]
)
def test_some_of_the_datapoints_can_be_enough(pattern: str, state: str) -> None:
    alarm = an_alarm(EvaluationPeriods=5, DatapointsToAlarm=3)

    assert state_of(alarm, points(pattern), NOW) == state


def test_old_datapoints_are_forgotten() -> None:
    alarm = an_alarm(EvaluationPeriods=1)

    assert state_of(alarm, points("X--"), NOW) == "ALARM", "still among those that are evaluated"
    assert state_of(alarm, points("X---"), NOW) == "OK"


def test_a_new_alarm_waits_for_its_metric_until_its_warm_up_is_over() -> None:
    made = datetime.fromtimestamp(NOW - 9 * MINUTE, UTC)
    alarm = an_alarm(
        TreatMissingData="breaching",
        WarmUpConfiguration={"WarmUpPeriodDurationInMinutes": 10},
        AlarmConfigurationUpdatedTimestamp=made,
    )

    assert state_of(alarm, {}, NOW) is None
    assert state_of(alarm, points("000"), NOW) == "OK"
    assert state_of(alarm, {}, NOW + MINUTE) == "ALARM"
