"""What each alarm of a handoff watches, and when it fires."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest

from pulumi_serverless.handoff.alarms.thresholds import HandoffThresholds
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.testing import Graph, Resource, record
from tests.components.a_function import FOUNDATION, TOPIC, a_function

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
QUEUE = {"QueueName": "events-dead-letters-1a2b3c4"}
DIMENSIONS = {
    "AWS/SQS": QUEUE,
    "AWS/Lambda": {"FunctionName": "notify-1a2b3c4"},
    "Handoff": {"Component": "test-unit-events"},
}

ALWAYS = {"dead-letter-depth", "dead-letter-age", "dead-letter-rejected", "events-dropped"} | {
    "event-age",
    "target-errors",
    "target-throttled",
    "target-duration",
}
OF_THE_OUTBOX = {"outbox-age", "outbox-throttled"}


@functools.cache
def deployed(**settings: Any) -> Graph:
    return record(
        lambda: AsyncHandoff(
            "events",
            AsyncHandoffArgs(foundation=FOUNDATION, target=a_function("notify"), **settings),
        )
    )


def thresholds(**changed: Any) -> Graph:
    return deployed(thresholds=HandoffThresholds(**changed))


def alarm(alarm_id: str, stack: Graph | None = None) -> dict[str, Any]:
    return (stack or deployed()).named(f"events-{alarm_id}", ALARM).inputs


def id_of(resource: Resource) -> str:
    return resource.name.removeprefix("events-")


@pytest.mark.parametrize(
    ("alarm_id", "watched", "statistic", "threshold", "period_seconds"),
    [
        ("dead-letter-age", ("AWS/SQS", "ApproximateAgeOfOldestMessage"), "Maximum", 86_400, 300),
        ("dead-letter-rejected", ("AWS/Lambda", "DestinationDeliveryFailures"), "Sum", 1, 60),
        ("events-dropped", ("AWS/Lambda", "AsyncEventsDropped"), "Sum", 1, 60),
        ("event-age", ("AWS/Lambda", "AsyncEventAge"), "Maximum", 900_000, 60),
        ("target-errors", ("AWS/Lambda", "Errors"), "Sum", 5, 300),
        ("target-throttled", ("AWS/Lambda", "Throttles"), "Sum", 1, 60),
        ("target-duration", ("AWS/Lambda", "Duration"), "Maximum", 8_000, 300),
        ("outbox-age", ("Handoff", "OutboxOldestAge"), "Maximum", 300, 60),
    ],
)
def test_an_alarm_watches_its_metric_at_its_threshold(
    alarm_id: str, watched: tuple[str, str], statistic: str, threshold: float, period_seconds: int
) -> None:
    inputs = alarm(alarm_id)

    namespace, metric = watched
    assert (inputs["namespace"], inputs["metricName"]) == (namespace, metric)
    assert inputs["dimensions"] == DIMENSIONS[namespace]
    assert (inputs["statistic"], inputs["threshold"]) == (statistic, threshold)
    assert inputs["period"] == period_seconds
    assert inputs["comparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_a_dead_letter_that_is_being_read_still_counts() -> None:
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


@pytest.mark.parametrize("alarm_id", ["target-throttled", "outbox-throttled"])
def test_what_resolves_by_itself_must_last_for_three_of_five_minutes(alarm_id: str) -> None:
    inputs = alarm(alarm_id)

    assert (inputs["datapointsToAlarm"], inputs["evaluationPeriods"]) == (3, 5)


@pytest.mark.parametrize("alarm_id", sorted(ALWAYS - {"target-throttled"}))
def test_everything_else_fires_at_one_datapoint(alarm_id: str) -> None:
    inputs = alarm(alarm_id)

    assert inputs["evaluationPeriods"] == 1
    assert "datapointsToAlarm" not in inputs


def test_missing_data_is_breaching_for_the_relay_only_and_not_before_its_first_run() -> None:
    for resource in deployed().of_type(ALARM):
        missing = "breaching" if id_of(resource) == "outbox-age" else "notBreaching"
        assert resource.inputs["treatMissingData"] == missing, resource.name

    age = alarm("outbox-age")
    assert age["evaluationPeriods"] == 3
    assert age["warmUpConfiguration"] == {"warmUpPeriodDurationInMinutes": 10}


@pytest.mark.parametrize(
    ("delivery", "ids"), [("outbox", ALWAYS | OF_THE_OUTBOX), ("direct", ALWAYS)]
)
def test_a_handoff_has_the_alarms_that_make_sense_for_it(delivery: str, ids: set[str]) -> None:
    stack = deployed(delivery=delivery)

    assert {id_of(resource) for resource in stack.of_type(ALARM)} == ids
    rule = stack.only(COMPOSITE).inputs["alarmRule"]
    assert set(re.findall(r'ALARM\("arn:events-([a-z-]+)"\)', rule)) == ids


def test_every_alarm_notifies_the_topic_when_it_fires_and_when_it_resolves() -> None:
    for resource in deployed().of_type(ALARM):
        assert resource.inputs["alarmActions"] == [TOPIC], resource.name
        assert resource.inputs["okActions"] == [TOPIC], resource.name


def test_the_composite_alarm_notifies_nobody_a_second_time() -> None:
    composite = deployed().only(COMPOSITE).inputs

    assert "alarmActions" not in composite
    assert "okActions" not in composite
    assert composite["alarmName"] == "test-unit-events-handoff-unhealthy"


def test_every_description_names_the_handoff_and_the_alarms_runbook_page() -> None:
    stack = deployed()

    for resource in stack.of_type(ALARM):
        text = resource.inputs["alarmDescription"]
        assert text.endswith(f"What to do: docs/runbooks/{id_of(resource)}.md")
        assert "events" in text
    composite = stack.only(COMPOSITE).inputs["alarmDescription"]
    assert composite.endswith("What to do: docs/runbooks/handoff-unhealthy.md")


def test_each_threshold_reaches_its_alarm() -> None:
    changed = thresholds(
        dead_letters=100,
        dead_letter_age_seconds=3_600,
        event_age_seconds=60,
        target_errors=1,
        target_duration_percent=50,
        outbox_age_seconds=120,
    )

    alarms = {id_of(each): each.inputs.get("threshold") for each in changed.of_type(ALARM)}
    assert alarms == {
        "dead-letter-depth": 100,
        "dead-letter-age": 3_600,
        "event-age": 60_000,
        "target-errors": 1,
        "target-duration": 5_000,
        "outbox-age": 120,
        # Of which there is none that may be chosen.
        **dict.fromkeys(
            ("dead-letter-rejected", "events-dropped", "target-throttled", "outbox-throttled"), 1
        ),
    }


def test_an_old_event_fires_an_alarm_before_it_is_dead_lettered() -> None:
    assert alarm("event-age", deployed(max_event_age_seconds=600))["threshold"] == 300_000

    with pytest.raises(ValueError, match=r"event_age_seconds .* must be at most 599, got 600"):
        record(
            lambda: AsyncHandoffArgs(
                foundation=FOUNDATION,
                target=a_function("notify"),
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
