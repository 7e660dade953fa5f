"""The alarms of every program, and their subscribers."""

from __future__ import annotations

import re
from typing import Any

import pulumi
import pytest

from pulumi_serverless import AlarmTopic, ApiThresholds
from pulumi_serverless.testing import Graph, Resource
from stack_config import StackConfig
from tests.program.programs import run_part, run_stack

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
API = {"ApiId": "tasks-api-id"}


def alarm(stack: Graph, name: str) -> dict[str, Any]:
    return stack.named(name, ALARM).inputs


def sources(inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each["metric"] for each in inputs["metricQueries"] if "metric" in each}


def alarms_of(program: Graph) -> list[Resource]:
    return [*program.of_type(ALARM), *program.of_type(COMPOSITE)]


def test_the_outputs_name_every_alarm(program: Graph) -> None:
    made = {each.name: f"{each.name}-1a2b3c4" for each in program.of_type(ALARM)}
    made |= {each.name: each.inputs["alarmName"] for each in program.of_type(COMPOSITE)}

    assert program.exports["operations"]["alarms"] == made


def test_every_alarm_names_the_page_that_its_name_ends_with(program: Graph) -> None:
    for alarm in alarms_of(program):
        page = re.search(r"What to do: docs/runbooks/([a-z-]+)\.md$", described(alarm))
        assert page, alarm.name
        assert alarm.name.endswith(f"-{page[1]}")


def test_every_alarm_on_a_metric_notifies_the_topic_that_the_outputs_name(program: Graph) -> None:
    topic = program.exports["operations"]["alarmTopicArn"]

    for alarm in program.of_type(ALARM):
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [topic], alarm.name


def described(alarm: Resource) -> str:
    return str(alarm.inputs["alarmDescription"])


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


def test_a_slow_response_counts_when_one_of_a_hundred_is_slow_for_ten_minutes(dev: Graph) -> None:
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


def test_a_circuit_breaker_that_opens_fires_the_alarm_whichever_channel_it_is(dev: Graph) -> None:
    inputs = alarm(dev, "notifications-circuit-breaker-open")

    assert (inputs["namespace"], inputs["metricName"]) == ("CircuitBreaker", "Opened")
    assert inputs["dimensions"] == {"Component": "internal-handoff-dev-notifications"}
    assert (inputs["statistic"], inputs["threshold"], inputs["period"]) == ("Sum", 1, 300)


def test_every_table_has_an_alarm_on_being_throttled(program: Graph) -> None:
    watched = {
        each["dimensions"]["TableName"]
        for resource in program.of_type(ALARM)
        if "metricQueries" in resource.inputs
        for each in sources(resource.inputs).values()
        if each["namespace"] == "AWS/DynamoDB"
    }
    tables = program.of_type("aws:dynamodb/table:Table")
    assert watched == {f"{each.name}-1a2b3c4" for each in tables}


def test_what_the_alarms_and_the_dashboard_cost_a_month(dev: Graph) -> None:
    alarms = [resource.inputs for resource in dev.of_type(ALARM)]
    metrics = sum(len(sources(each)) if "metricQueries" in each else 1 for each in alarms)

    # docs/decisions/0009-alarms.md does the sum; https://aws.amazon.com/cloudwatch/pricing/
    assert (len(alarms), metrics) == (15, 24)
    assert metrics * 0.10 + len(dev.of_type(COMPOSITE)) * 0.50 == pytest.approx(2.90)


def test_a_stack_whose_alarms_notify_nobody_fails_the_preview() -> None:
    with pytest.raises(pulumi.RunError, match=r"at least one, got 0: .*set alarmEmails or"):
        run_stack("dev", preview=True, alarmEmails="[]")


def test_the_local_stack_needs_no_subscriber() -> None:
    assert run_stack("local").of_type(SUBSCRIPTION) == []


def test_alarms_can_notify_an_incident_service_instead_of_people() -> None:
    hook = '[{"protocol": "https", "endpoint": "https://events.example.com/x"}]'

    def alarms(config: StackConfig) -> None:
        AlarmTopic("alarms", config.alarm_topic())

    stack = run_part(alarms, alarmEmails="[]", alarmSubscribers=hook)

    inputs = stack.only(SUBSCRIPTION).inputs
    assert inputs["protocol"] == "https"
    assert inputs["endpoint"] == "https://events.example.com/x"


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("error_percent", 0, "between 1 and 100"),
        ("minimum_requests", 0, "between 1 and 1000000"),
        ("latency_ms", 30_001, "between 1 and 30000"),
    ],
)
def test_an_api_threshold_out_of_its_limits_fails_before_deploy(
    field: str, value: int, limits: str
) -> None:
    with pytest.raises(ValueError, match=f"{field} must be {limits}, got {value}"):
        ApiThresholds(**{field: value})
