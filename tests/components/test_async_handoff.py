from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from tests.components.a_function import FOUNDATION, a_function

DELIVERY = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"


def a_handoff(**settings: Any) -> AsyncHandoff:
    return AsyncHandoff(
        "events",
        AsyncHandoffArgs(foundation=FOUNDATION, target=a_function("notify"), **settings),
    )


@functools.cache
def usual() -> Graph:
    """What is declared where nothing is set: no test changes it."""
    return record(a_handoff)


def test_a_failed_event_ends_in_the_dead_letter_queue() -> None:
    stack = usual()

    assert stack.named("events-delivery", DELIVERY).inputs["destinationConfig"] == {
        "onFailure": {"destination": "arn:events-dead-letters"}
    }


def test_the_target_may_write_dead_letters_before_lambda_checks_that_it_may() -> None:
    stack = usual()

    policy = stack.named("notify-may-send-to-events-dead-letters", ROLE_POLICY)
    assert policy.urn in stack.named("events-delivery", DELIVERY).dependencies
    assert json.loads(policy.inputs["policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": ["arn:events-dead-letters"],
        }
    ]


def test_a_target_that_writes_dead_letters_itself_shares_queue_and_permission() -> None:
    def program() -> None:
        queue = DeadLetterQueue("shared", DeadLetterQueueArgs(foundation=FOUNDATION))
        target = a_function("notify")
        queue.allow_sender(target)
        AsyncHandoff(
            "events",
            AsyncHandoffArgs(foundation=FOUNDATION, target=target, dead_letter_queue=queue),
        )

    stack = record(program)

    assert [queue.name for queue in stack.of_type(QUEUE)] == ["shared"]
    assert stack.named("events-delivery", DELIVERY).inputs["destinationConfig"] == {
        "onFailure": {"destination": "arn:shared"}
    }
    [policy] = [
        each for each in stack.of_type(ROLE_POLICY) if each.name.endswith("-send-to-shared")
    ]
    assert policy.name == "notify-may-send-to-shared"
    assert policy.urn in stack.named("events-delivery", DELIVERY).dependencies


def test_dead_letters_outlive_every_retry() -> None:
    stack = usual()

    retention_seconds = stack.only(QUEUE).inputs["messageRetentionSeconds"]
    delivery = stack.named("events-delivery", DELIVERY).inputs
    assert retention_seconds > delivery["maximumEventAgeInSeconds"]


def test_the_dead_letter_queue_is_encrypted_and_rejects_plain_http() -> None:
    stack = usual()

    assert stack.only(QUEUE).inputs["sqsManagedSseEnabled"] is True
    (statement,) = json.loads(stack.only(QUEUE_POLICY).inputs["policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


INVOKE = {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": ["arn:notify"]}
FILL_OUTBOX = {
    "Effect": "Allow",
    "Action": ["dynamodb:PutItem", "dynamodb:DeleteItem"],
    "Resource": ["arn:events-outbox"],
}


@pytest.mark.parametrize(
    ("delivery", "granted"), [("outbox", [FILL_OUTBOX, INVOKE]), ("direct", [INVOKE])]
)
def test_a_caller_may_invoke_the_target_and_fill_the_outbox_and_nothing_else(
    delivery: str, granted: list[Any]
) -> None:
    def program() -> None:
        handoff = a_handoff(delivery=delivery)
        handoff.allow_caller(a_function("create-task", environment=handoff.environment))

    stack = record(program)

    own = {"create-task-may-write-log", "create-task-may-trace"}
    policies = [
        json.loads(policy.inputs["policy"])["Statement"]
        for policy in sorted(stack.of_type(ROLE_POLICY), key=lambda policy: policy.name)
        if policy.name.startswith("create-task-") and policy.name not in own
    ]
    assert [statement for statements in policies for statement in statements] == granted


@pytest.mark.parametrize(
    ("delivery", "environment"),
    [
        (
            "outbox",
            {
                "HANDOFF_EVENTS_TARGET_ARN": "arn:notify",
                "HANDOFF_EVENTS_OUTBOX_TABLE_NAME": "events-outbox-1a2b3c4",
            },
        ),
        ("direct", {"HANDOFF_EVENTS_TARGET_ARN": "arn:notify"}),
    ],
)
def test_a_callers_environment_names_what_it_needs(
    delivery: str, environment: dict[str, str]
) -> None:
    seen: dict[str, str] = {}

    def program() -> None:
        handoff = a_handoff(delivery=delivery)
        pulumi.Output.all(**handoff.environment).apply(seen.update)

    record(program)
    assert seen == environment


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("max_retry_attempts", 3, "between 0 and 2"),
        ("max_retry_attempts", -1, "between 0 and 2"),
        ("max_event_age_seconds", 59, "between 60 and 21600"),
        ("max_event_age_seconds", 21_601, "between 60 and 21600"),
        ("relay_minimum_age_seconds", 29, "between 30 and 60"),
        ("relay_minimum_age_seconds", 61, "between 30 and 60"),
        ("delivery", "both", "one of outbox, direct"),
    ],
)
def test_values_out_of_their_limits_fail_before_deploy(
    field: str, value: object, limits: str
) -> None:
    with pytest.raises(ValueError, match=f"{field} must be {limits}, got {value!r}"):
        record(lambda: a_handoff(**{field: value}))


def test_dead_letters_cannot_wait_longer_than_sqs_keeps_them() -> None:
    with pytest.raises(ValueError, match="retention_days must be between 1 and 14, got 15"):
        DeadLetterQueueArgs(foundation=FOUNDATION, retention_days=15)


def test_a_target_must_be_done_before_its_own_retry() -> None:
    with pytest.raises(
        ValueError, match="timeout_seconds of the target slow must be at most 50, got 51"
    ):
        record(
            lambda: AsyncHandoffArgs(
                foundation=FOUNDATION, target=a_function("slow", timeout_seconds=51)
            )
        )


def test_a_second_handoff_to_one_target_is_rejected() -> None:
    def program() -> None:
        target = a_function("notify")
        for name in ("first", "second"):
            AsyncHandoff(name, AsyncHandoffArgs(foundation=FOUNDATION, target=target))

    with pytest.raises(
        ValueError,
        match="function notify can have one event-invoke configuration, has 'first-delivery', got "
        "'second-delivery'",
    ):
        record(program)


def test_two_handoffs_to_two_targets_live_side_by_side() -> None:
    def program() -> None:
        for name in ("first", "second"):
            AsyncHandoff(
                name, AsyncHandoffArgs(foundation=FOUNDATION, target=a_function(f"{name}-target"))
            )

    deliveries = {each.name for each in record(program).of_type(DELIVERY)}
    assert {"first-delivery", "second-delivery"} <= deliveries


def test_a_caller_of_two_handoffs_knows_both_targets_and_may_invoke_both() -> None:
    def program() -> None:
        handoffs = [
            AsyncHandoff(
                name, AsyncHandoffArgs(foundation=FOUNDATION, target=a_function(f"{name}-target"))
            )
            for name in ("to-first", "to-second")
        ]
        environment = {key: text for each in handoffs for key, text in each.environment.items()}
        caller = a_function("caller", environment=environment)
        for each in handoffs:
            each.allow_caller(caller)

    stack = record(program)

    assert stack.named("caller", FUNCTION).inputs["environment"]["variables"] == {
        "HANDOFF_TO_FIRST_TARGET_ARN": "arn:to-first-target",
        "HANDOFF_TO_FIRST_OUTBOX_TABLE_NAME": "to-first-outbox-1a2b3c4",
        "HANDOFF_TO_SECOND_TARGET_ARN": "arn:to-second-target",
        "HANDOFF_TO_SECOND_OUTBOX_TABLE_NAME": "to-second-outbox-1a2b3c4",
    }
    for name in ("to-first", "to-second"):
        granted = {
            purpose: json.loads(stack.named(f"caller-may-{purpose}", ROLE_POLICY).inputs["policy"])
            for purpose in (f"hand-off-{name}", f"fill-{name}-outbox")
        }
        assert [each["Statement"][0]["Resource"] for each in granted.values()] == [
            [f"arn:{name}-target"],
            [f"arn:{name}-outbox"],
        ]


def test_a_caller_that_is_allowed_twice_is_named() -> None:
    def program() -> None:
        handoff = a_handoff()
        caller = a_function("create-task", environment=handoff.environment)
        for _ in range(2):
            handoff.allow_caller(caller)

    message = "each permission of create-task must .*, got 'hand-off-events' twice; give it once"
    with pytest.raises(ValueError, match=message):
        record(program)


@pytest.mark.parametrize("delivery", ["outbox", "direct"])
def test_a_caller_that_would_not_know_the_target_fails_before_deploy(delivery: str) -> None:
    message = (
        "^environment of create-task must contain that of events, got none of "
        "HANDOFF_EVENTS_TARGET_ARN"
    )
    with pytest.raises(ValueError, match=message):
        record(lambda: a_handoff(delivery=delivery).allow_caller(a_function("create-task")))


def test_a_name_that_callers_could_not_use_fails_before_deploy() -> None:
    with pytest.raises(ValueError, match=r"lower-case letters, digits and hyphens.*'taskEvents'"):
        record(
            lambda: AsyncHandoff(
                "taskEvents",
                AsyncHandoffArgs(foundation=FOUNDATION, target=a_function("notify")),
            )
        )
