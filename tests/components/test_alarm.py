"""The block that every alarm is made of."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.metric import Formula, Metric

REQUESTS = Metric(namespace="Shop", name="Requests", dimensions={}, statistic="Sum")


def args(**changed: Any) -> AlarmArgs:
    given: dict[str, Any] = {
        "kind": AlarmKind.OUTBOX_AGE,
        "description": "Something happened.",
        "watches": REQUESTS,
        "topic_arn": "arn:topic",
    }
    return AlarmArgs(**given | changed)


@pytest.mark.parametrize("period_seconds", [0, 15, 59, 61, 90, -60])
def test_a_period_that_cloudwatch_refuses_fails_before_deploy(period_seconds: int) -> None:
    with pytest.raises(ValueError, match=f"multiple of 60, got {period_seconds}"):
        args(period_seconds=period_seconds)


def test_an_alarm_looks_at_one_period_at_least() -> None:
    with pytest.raises(ValueError, match="evaluation_periods must be at least 1, got 0"):
        args(evaluation_periods=0)


def test_no_more_datapoints_can_be_bad_than_are_looked_at() -> None:
    with pytest.raises(ValueError, match="datapoints_to_alarm must be between 1 and 3, got 4"):
        args(evaluation_periods=3, datapoints_to_alarm=4)


def test_a_message_longer_than_cloudwatch_takes_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match="description's length must be between 1 and 1024, got"):
        args(description="x" * 1_000)


def test_a_formula_takes_as_many_metrics_as_an_alarm_may_have() -> None:
    metrics = {f"m{number}": REQUESTS for number in range(11)}

    assert Formula(expression="m0", metrics=dict(list(metrics.items())[:10]))
    with pytest.raises(ValueError, match="1 to 10 metrics for one alarm, got 11"):
        Formula(expression="m0", metrics=metrics)


def test_every_short_name_is_a_heading_that_a_link_can_name() -> None:
    for kind in AlarmKind:
        assert kind == kind.lower()
        assert kind.runbook_section == f"docs/runbook.md#{kind}"
        assert " " not in kind
