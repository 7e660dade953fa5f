"""The alarms of the whole program, and that they are told to somebody."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds
from pulumi_serverless.testing.program import Graph
from tests.program.programs import run_stack

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
API = {"ApiId": "tasks-api-id"}


def alarm(stack: Graph, name: str) -> dict[str, Any]:
    return stack.named(name, ALARM).inputs


def sources(inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each["metric"] for each in inputs["metricQueries"] if "metric" in each}


def test_the_outputs_name_every_alarm_by_its_short_name(dev: Graph) -> None:
    names = dev.exports["alarmNames"]

    made = {each.outputs["name"] for each in dev.of_type("serverless:index:Alarm")}
    [summary] = [each.inputs["alarmName"] for each in dev.of_type(COMPOSITE)]
    assert set(names.values()) == made | {summary}
    assert set(names) <= set(AlarmKind)


def test_no_two_alarms_of_the_program_have_one_short_name(dev: Graph) -> None:
    alarms = len(dev.of_type(ALARM)) + len(dev.of_type(COMPOSITE))
    assert alarms == len(dev.exports["alarmNames"])


def test_the_share_of_failed_requests_counts_from_ten_requests_on(dev: Graph) -> None:
    inputs = alarm(dev, "tasks-api-errors")

    result = inputs["metricQueries"][0]
    assert result["expression"] == "IF(requests >= 10, 100 * errors / requests, 0)"
    assert {key: each["metricName"] for key, each in sources(inputs).items()} == {
        "errors": "5xx",
        "requests": "Count",
    }
    for each in sources(inputs).values():
        assert (each["dimensions"], each["stat"], each["period"]) == (API, "Sum", 300)
    assert inputs["threshold"] == 5


def test_a_slow_answer_counts_when_one_of_a_hundred_is_slow_for_ten_minutes(dev: Graph) -> None:
    inputs = alarm(dev, "tasks-api-latency")

    assert (inputs["namespace"], inputs["metricName"]) == ("AWS/ApiGateway", "Latency")
    assert (inputs["dimensions"], inputs["extendedStatistic"]) == (API, "p99")
    assert "statistic" not in inputs
    assert inputs["evaluateLowSampleCountPercentiles"] == "ignore"
    assert (inputs["threshold"], inputs["period"], inputs["evaluationPeriods"]) == (3_000, 300, 2)


def test_a_throttled_index_is_as_bad_as_a_throttled_table(dev: Graph) -> None:
    inputs = alarm(dev, "tasks-table-throttled")

    watched = [(each["metricName"], each["dimensions"]) for each in sources(inputs).values()]
    table = {"TableName": "tasks-table-1a2b3c4"}
    index = {**table, "GlobalSecondaryIndexName": "by-status"}
    for dimensions in (table, index):
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            assert (metric, dimensions) in watched


def test_a_breaker_that_opens_is_told_of_whichever_channel_it_is(dev: Graph) -> None:
    inputs = alarm(dev, "notifications-breaker-open")

    assert (inputs["namespace"], inputs["metricName"]) == (
        "NotificationService",
        "CircuitBreakerOpened",
    )
    assert inputs["dimensions"] == {"Stack": "internal-handoff-dev"}
    assert (inputs["statistic"], inputs["threshold"], inputs["period"]) == ("Sum", 1, 300)


def test_every_table_has_an_alarm_on_being_throttled(dev: Graph) -> None:
    watched = {
        each["dimensions"]["TableName"]
        for resource in dev.of_type(ALARM)
        if "metricQueries" in resource.inputs
        for each in sources(resource.inputs).values()
        if each["namespace"] == "AWS/DynamoDB"
    }
    assert watched == {f"{each.name}-1a2b3c4" for each in dev.of_type("aws:dynamodb/table:Table")}


def test_what_the_alarms_and_the_dashboard_cost_a_month(dev: Graph) -> None:
    alarms = [resource.inputs for resource in dev.of_type(ALARM)]
    metrics = sum(len(sources(each)) if "metricQueries" in each else 1 for each in alarms)

    # docs/decisions/0009-alarms.md does the sum; https://aws.amazon.com/cloudwatch/pricing/
    assert (len(alarms), metrics) == (15, 24)
    assert metrics * 0.10 + len(dev.of_type(COMPOSITE)) * 0.50 == pytest.approx(2.90)


def test_a_stack_whose_alarms_nobody_hears_does_not_preview() -> None:
    with pytest.raises(pulumi.RunError, match=r"at least one, got 0: .*set alarmEmails or"):
        run_stack("dev", preview=True, alarmEmails="[]")


def test_the_local_stack_says_that_nobody_needs_to_hear() -> None:
    assert run_stack("local").of_type(SUBSCRIPTION) == []


def test_alarms_can_be_told_to_an_incident_service_instead_of_people() -> None:
    hook = '[{"protocol": "https", "endpoint": "https://events.example.com/x"}]'

    stack = run_stack("dev", alarmEmails="[]", alarmSubscribers=hook)

    inputs = stack.only(SUBSCRIPTION).inputs
    assert inputs["protocol"] == "https"
    assert inputs["endpoint"]["value"] == "https://events.example.com/x", "it is kept as a secret"


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("error_percent", 0, "between 1 and 100"),
        ("least_requests", 0, "between 1 and 1000000"),
        ("latency_ms", 30_001, "between 1 and 30000"),
    ],
)
def test_an_api_threshold_out_of_its_limits_fails_before_deploy(
    field: str, value: int, limits: str
) -> None:
    with pytest.raises(ValueError, match=f"{field} must be {limits}, got {value}"):
        ApiThresholds(**{field: value})
