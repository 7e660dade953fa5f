"""The outbox of a handoff: its table, the relay with its schedule, and the alarm."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from pulumi_serverless import Foundation, HandoffThresholds, Runtime
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import ACCOUNT_ID, FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, TOPIC, a_function

DELIVERY = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
ROLE = "aws:iam/role:Role"
SCHEDULE = "aws:scheduler/schedule:Schedule"
TABLE = "aws:dynamodb/table:Table"


def deployed(foundation: Foundation = FOUNDATION, **settings: Any) -> Graph:
    return record(
        lambda: AsyncHandoff(
            "events",
            AsyncHandoffArgs(foundation=foundation, target=a_function("notify"), **settings),
        )
    )


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return deployed()


def test_direct_delivery_makes_nothing_of_an_outbox() -> None:
    stack = deployed(delivery="direct")

    assert not stack.of_type(TABLE) + stack.of_type(SCHEDULE)
    assert [function.name for function in stack.of_type(FUNCTION)] == ["notify"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"thresholds": HandoffThresholds(outbox_age_seconds=900)},
            "thresholds.outbox_age_seconds must be left out .* has no outbox, got 900",
        ),
        ({"relay_minimum_age_seconds": 60}, "relay_minimum_age_seconds must be left out .* got 60"),
    ],
)
def test_direct_delivery_rejects_settings_of_the_outbox(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        deployed(delivery="direct", **settings)


def test_the_table_keeps_every_row_until_it_is_deleted() -> None:
    table = usual().only(TABLE)

    assert (table.inputs["hashKey"], table.inputs["rangeKey"]) == ("shard", "committed")
    assert "ttl" not in table.inputs
    assert not table.inputs.get("globalSecondaryIndexes")
    assert table.protect
    assert not deployed(Foundation(alarm_topic_arn=TOPIC, protect_data=False)).only(TABLE).protect


def test_the_relay_knows_its_table_its_target_and_its_name() -> None:
    relay = deployed(relay_minimum_age_seconds=30).named("events-relay", FUNCTION).inputs

    assert relay["environment"]["variables"] == {
        "DEAD_LETTER_QUEUE_URL": "https://sqs/events-dead-letters",
        "HANDOFF_EVENTS_OUTBOX_TABLE_NAME": "events-outbox-1a2b3c4",
        "HANDOFF_EVENTS_TARGET_ARN": "arn:notify",
        "METRICS_COMPONENT": "test-unit-events",
        "MINIMUM_AGE_SECONDS": "30",
    }


def test_the_relay_runs_on_what_the_stack_runs_on() -> None:
    foundation = Foundation(alarm_topic_arn=TOPIC, runtime=Runtime(architecture="x86_64"))

    relay = deployed(foundation).named("events-relay", FUNCTION)

    assert relay.inputs["architectures"] == ["x86_64"]


def test_a_relay_that_failed_is_not_run_again_before_the_next_minute() -> None:
    stack = usual()

    runs = stack.named("events-relay-runs", DELIVERY).inputs
    assert (runs["maximumRetryAttempts"], runs["maximumEventAgeInSeconds"]) == (0, 60)
    target = stack.only(SCHEDULE).inputs["target"]
    assert target["retryPolicy"] == {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60}


def test_the_relay_runs_every_minute_under_a_role_that_may_only_do_that() -> None:
    stack = usual()

    schedule = stack.only(SCHEDULE)
    assert schedule.inputs["scheduleExpression"] == "rate(1 minute)"
    assert schedule.inputs["flexibleTimeWindow"] == {"mode": "OFF"}
    assert schedule.inputs["target"]["arn"] == "arn:events-relay"
    assert schedule.inputs["target"]["roleArn"] == "arn:events-relay-schedule-role"
    policy = stack.named("events-relay-schedule-may-run", ROLE_POLICY)
    assert policy.urn in schedule.dependencies
    assert json.loads(policy.inputs["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": ["arn:events-relay"]}
    ]


def test_only_schedules_of_the_same_account_may_run_the_relay() -> None:
    role = usual().named("events-relay-schedule-role", ROLE).inputs

    assert json.loads(role["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
        }
    ]
