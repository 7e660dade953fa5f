"""What each alarm of a handoff watches, and when it goes off."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.handoff.thresholds import HandoffThresholds
from pulumi_serverless.testing.mocks import record
from pulumi_serverless.testing.program import Graph
from pulumi_serverless.testing.program import Resource
from tests.components.a_function import a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
QUEUE = {"QueueName": "events-dead-letters-1a2b3c4"}
DIMENSIONS = {
    "AWS/SQS": QUEUE,
    "AWS/Lambda": {"FunctionName": "notify-1a2b3c4"},
    "Handoff": {"Handoff": "test-unit-events"},
}

ALWAYS = {"dead-letter-depth", "dead-letter-age", "dead-letter-refused", "events-dropped"} | {
    "event-age",
    "target-errors",
    "target-throttled",
    "target-duration",
}
OF_THE_OUTBOX = {"outbox-age", "outbox-throttled"}


def deployed(**settings: Any) -> Graph:
    return record(
        lambda: AsyncHandoff(
            "events",
            AsyncHandoffArgs(target=a_function("notify"), alarm_topic_arn=TOPIC, **settings),
        )
    )


def thresholds(**changed: Any) -> Graph:
    return deployed(thresholds=HandoffThresholds(**changed))


def alarm(kind: str, stack: Graph | None = None) -> dict[str, Any]:
    return (stack or deployed()).named(f"events-{kind}", ALARM).inputs


def kind_of(resource: Resource) -> str:
    return resource.name.removeprefix("events-")


@pytest.mark.parametrize(
    ("kind", "watched", "statistic", "threshold", "period_seconds"),
    [
        ("dead-letter-age", ("AWS/SQS", "ApproximateAgeOfOldestMessage"), "Maximum", 86_400, 300),
        ("dead-letter-refused", ("AWS/Lambda", "DestinationDeliveryFailures"), "Sum", 1, 60),
        ("events-dropped", ("AWS/Lambda", "AsyncEventsDropped"), "Sum", 1, 60),
        ("event-age", ("AWS/Lambda", "AsyncEventAge"), "Maximum", 900_000, 60),
        ("target-errors", ("AWS/Lambda", "Errors"), "Sum", 5, 300),
        ("target-throttled", ("AWS/Lambda", "Throttles"), "Sum", 1, 60),
        ("target-duration", ("AWS/Lambda", "Duration"), "Maximum", 8_000, 300),
        ("outbox-age", ("Handoff", "OutboxOldestAge"), "Maximum", 300, 60),
    ],
)
def test_an_alarm_watches_its_metric_at_its_threshold(
    kind: str, watched: tuple[str, str], statistic: str, threshold: float, period_seconds: int
) -> None:
    inputs = alarm(kind)

    namespace, metric = watched
    assert (inputs["namespace"], inputs["metricName"]) == (namespace, metric)
    assert inputs["dimensions"] == DIMENSIONS[namespace]
    assert (inputs["statistic"], inputs["threshold"]) == (statistic, threshold)
    assert inputs["period"] == period_seconds
    assert inputs["comparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_a_letter_that_somebody_reads_still_counts() -> None:
    inputs = alarm("dead-letter-depth")

    result, *sources = inputs["metricQueries"]
    assert (result["expression"], result["returnData"]) == ("visible + in_flight", True)
    assert {each["id"]: each["metric"]["metricName"] for each in sources} == {
        "visible": "ApproximateNumberOfMessagesVisible",
        "in_flight": "ApproximateNumberOfMessagesNotVisible",
    }
    for each in sources:
        assert each["metric"]["dimensions"] == QUEUE
        assert (each["metric"]["stat"], each["metric"]["period"]) == ("Maximum", 60)
    assert (inputs["threshold"], inputs["evaluationPeriods"]) == (1, 1)


def test_the_outbox_is_throttled_when_reads_or_writes_are() -> None:
    inputs = alarm("outbox-throttled")

    result, *sources = inputs["metricQueries"]
    assert result["expression"] == "FILL(read_0, 0) + FILL(write_0, 0)"
    metrics = {each["id"]: each["metric"] for each in sources}
    assert metrics["read_0"]["metricName"] == "ReadThrottleEvents"
    assert metrics["write_0"]["metricName"] == "WriteThrottleEvents"
    assert metrics["write_0"]["dimensions"] == {"TableName": "events-outbox-1a2b3c4"}


@pytest.mark.parametrize("kind", ["target-throttled", "outbox-throttled"])
def test_what_ends_by_itself_must_last_for_three_of_five_minutes(kind: str) -> None:
    inputs = alarm(kind)

    assert (inputs["datapointsToAlarm"], inputs["evaluationPeriods"]) == (3, 5)


@pytest.mark.parametrize("kind", sorted(ALWAYS - {"target-throttled"}))
def test_everything_else_goes_off_by_one_datapoint(kind: str) -> None:
    inputs = alarm(kind)

    assert inputs["evaluationPeriods"] == 1
    assert "datapointsToAlarm" not in inputs


def test_only_the_relays_silence_is_bad_and_not_before_its_first_run() -> None:
    for resource in deployed().of_type(ALARM):
        silence = "breaching" if kind_of(resource) == "outbox-age" else "notBreaching"
        assert resource.inputs["treatMissingData"] == silence, resource.name

    age = alarm("outbox-age")
    assert age["evaluationPeriods"] == 3
    assert age["warmUpConfiguration"] == {"warmUpPeriodDurationInMinutes": 10}


@pytest.mark.parametrize(
    ("delivery", "kinds"), [("outbox", ALWAYS | OF_THE_OUTBOX), ("direct", ALWAYS)]
)
def test_a_handoff_has_the_alarms_that_make_sense_for_it(delivery: str, kinds: set[str]) -> None:
    stack = deployed(delivery=delivery)

    assert {kind_of(resource) for resource in stack.of_type(ALARM)} == kinds
    rule = stack.only(COMPOSITE).inputs["alarmRule"]
    assert set(re.findall(r'ALARM\("arn:events-([a-z-]+)"\)', rule)) == kinds
    names = stack.named("events", "serverless:index:AsyncHandoff").outputs["alarm_names"]
    assert set(names) == {*kinds, "handoff-unhealthy"}
    assert names["events-dropped"] == "events-events-dropped-1a2b3c4"


def test_every_alarm_tells_the_topic_when_it_goes_off_and_when_it_is_over() -> None:
    for resource in deployed().of_type(ALARM):
        assert resource.inputs["alarmActions"] == [TOPIC], resource.name
        assert resource.inputs["okActions"] == [TOPIC], resource.name


def test_the_summary_tells_nobody_what_they_have_been_told() -> None:
    summary = deployed().only(COMPOSITE).inputs

    assert "alarmActions" not in summary
    assert "okActions" not in summary
    assert summary["alarmName"] == "test-unit-events-unhealthy"


def test_every_message_names_the_handoff_and_its_section_of_the_runbook() -> None:
    stack = deployed()

    for resource in stack.of_type(ALARM):
        text = resource.inputs["alarmDescription"]
        assert text.endswith(f"What to do: docs/runbook.md#{AlarmKind(kind_of(resource))}")
        assert "events" in text
    summary = stack.only(COMPOSITE).inputs["alarmDescription"]
    assert summary.endswith("docs/runbook.md#handoff-unhealthy")


@pytest.mark.parametrize(
    ("field", "value", "kind", "threshold"),
    [
        ("dead_letters", 100, "dead-letter-depth", 100),
        ("dead_letter_age_seconds", 3_600, "dead-letter-age", 3_600),
        ("event_age_seconds", 60, "event-age", 60_000),
        ("target_errors", 1, "target-errors", 1),
        ("target_duration_percent", 50, "target-duration", 5_000),
        ("outbox_age_seconds", 120, "outbox-age", 120),
    ],
)
def test_a_threshold_reaches_its_alarm(field: str, value: int, kind: str, threshold: float) -> None:
    assert alarm(kind, thresholds(**{field: value}))["threshold"] == threshold


def test_an_events_age_is_told_of_before_it_is_given_up() -> None:
    assert alarm("event-age", deployed(max_event_age_seconds=600))["threshold"] == 300_000

    with pytest.raises(ValueError, match=r"event_age_seconds .* between 1 and 599, got 600"):
        record(
            lambda: AsyncHandoffArgs(
                target=a_function("notify"),
                alarm_topic_arn=TOPIC,
                max_event_age_seconds=600,
                thresholds=HandoffThresholds(event_age_seconds=600),
            )
        )


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("dead_letters", 0, "between 1 and 100000"),
        ("dead_letter_age_seconds", 59, "between 60 and 1209600"),
        ("target_errors", 0, "between 1 and 1000000"),
        ("target_duration_percent", 101, "between 1 and 100"),
        ("outbox_age_seconds", 119, "between 120 and 86400"),
        ("outbox_warm_up_minutes", 61, "between 0 and 60"),
    ],
)
def test_a_threshold_out_of_its_limits_fails_before_deploy(
    field: str, value: int, limits: str
) -> None:
    with pytest.raises(ValueError, match=f"{field} must be {limits}, got {value}"):
        HandoffThresholds(**{field: value})
