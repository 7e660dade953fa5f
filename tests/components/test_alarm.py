"""The block that every alarm is made of."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_serverless import AlarmArgs, Foundation, MathExpression, Metric
from tests.components.a_function import FOUNDATION, TOPIC

REQUESTS = Metric(namespace="Shop", name="Requests", dimensions={}, statistic="Sum")


def args(**changed: Any) -> AlarmArgs:
    given: dict[str, Any] = {
        "id": "requests-late",
        "description": "Something happened.",
        "metric": REQUESTS,
        "foundation": FOUNDATION,
    }
    return AlarmArgs(**given | changed)


@pytest.mark.parametrize("period_seconds", [0, 15, 59, 61, 90, -60])
def test_a_period_that_cloudwatch_rejects_fails_before_deploy(period_seconds: int) -> None:
    with pytest.raises(ValueError, match=f"period_seconds must be .*, got {period_seconds}"):
        args(period_seconds=period_seconds)


def test_an_alarm_evaluates_one_period_at_least() -> None:
    with pytest.raises(ValueError, match="evaluation_periods must be at least 1, got 0"):
        args(evaluation_periods=0)


@pytest.mark.parametrize(
    ("period_seconds", "periods", "limit"),
    [(60, 1_440, 86_400), (3_540, 24, 86_400), (3_600, 168, 604_800), (86_400, 7, 604_800)],
)
def test_all_periods_are_a_day_at_most_or_a_week_of_hours(
    period_seconds: int, periods: int, limit: int
) -> None:
    args(period_seconds=period_seconds, evaluation_periods=periods)

    beyond = (periods + 1) * period_seconds
    message = rf"^evaluation_periods times period_seconds .* must be at most {limit}, got {beyond}$"
    with pytest.raises(ValueError, match=message):
        args(period_seconds=period_seconds, evaluation_periods=periods + 1)


def test_no_more_datapoints_can_breach_than_are_evaluated() -> None:
    with pytest.raises(ValueError, match="datapoints_to_alarm must be at most 3, got 4"):
        args(evaluation_periods=3, datapoints_to_alarm=4)


def test_a_message_longer_than_cloudwatch_takes_fails_before_deploy() -> None:
    for description, runbook_url in ((1_000, 13), (18, 1_000)):
        message = (
            rf"^the length of description \({description}\), with its page in "
            rf"foundation\.runbook_url \({runbook_url + 17}\), must be at most 1024, got "
            rf"{description + runbook_url + 30}$"
        )
        foundation = Foundation(alarm_topic_arn=TOPIC, runbook_url="r" * runbook_url)
        with pytest.raises(ValueError, match=message):
            args(description="x" * description, foundation=foundation)


def test_a_math_expression_takes_as_many_metrics_as_an_alarm_may_have() -> None:
    metrics = {f"m{number}": REQUESTS for number in range(11)}

    assert MathExpression(expression="m0", metrics=dict(list(metrics.items())[:10]))
    with pytest.raises(ValueError, match="metrics must have 1 to 10 entries, got 11"):
        MathExpression(expression="m0", metrics=metrics)


@pytest.mark.parametrize("alarm_id", ["", "Late", "too late", "-late", "late-", "late.md"])
def test_an_id_that_could_not_be_the_name_of_a_page_is_rejected(alarm_id: str) -> None:
    with pytest.raises(ValueError, match=f"id must .*, got '{alarm_id}'"):
        args(id=alarm_id)


@pytest.mark.parametrize(
    "runbook_url", ["https://wiki.example.com/on-call", "https://wiki.example.com/on-call/"]
)
def test_a_program_can_set_the_location_of_its_runbook(runbook_url: str) -> None:
    alarm = args(foundation=Foundation(alarm_topic_arn=TOPIC, runbook_url=runbook_url))

    page = "https://wiki.example.com/on-call/requests-late.md"
    assert alarm.full_description == f"Something happened. What to do: {page}"
