"""Who may do what: the full list, so that a new permission shows up in review."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from typing import Any

import pytest

from pulumi_serverless.testing import Graph
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.notification_service.settings.kinds import KINDS
from tests.program.programs import notifications, run_part

TASKS = "arn:tasks-table"
TARGET = "arn:notifications-send-notification"
OUTBOX = "arn:task-events-outbox"
TARGETS_NAME = "notifications-send-notification"

LOG_AND_TRACE = {
    ("logs:CreateLogStream", "log"),
    ("logs:PutLogEvents", "log"),
    ("xray:PutTraceSegments", "*"),
    ("xray:PutTelemetryRecords", "*"),
}
HAND_OFF = {
    ("dynamodb:PutItem", OUTBOX),
    ("dynamodb:DeleteItem", OUTBOX),
    ("lambda:InvokeFunction", TARGET),
}
MAILS = ("ses:SendEmail", "arn:notifications-sender-fa089f03")
EXPECTED = {
    # A transaction needs the permissions of the single writes in it, and none of its own.
    "tasks-create-task": {("dynamodb:PutItem", TASKS), *HAND_OFF},
    "tasks-get-task": {("dynamodb:GetItem", TASKS)},
    "tasks-list-tasks": {
        ("dynamodb:Query", TASKS),
        ("dynamodb:Query", f"{TASKS}/index/by-status"),
    },
    "tasks-update-task": {
        ("dynamodb:GetItem", TASKS),
        ("dynamodb:PutItem", TASKS),
        *HAND_OFF,
    },
    "tasks-delete-task": {
        ("dynamodb:GetItem", TASKS),
        ("dynamodb:DeleteItem", TASKS),
        *HAND_OFF,
    },
    "tasks-no-route": set(),
    "task-events-relay": {
        ("dynamodb:Query", OUTBOX),
        ("dynamodb:UpdateItem", OUTBOX),
        ("dynamodb:BatchWriteItem", OUTBOX),
        ("lambda:InvokeFunction", TARGET),
        ("lambda:InvokeFunction", "arn:task-events-relay"),
        ("sqs:GetQueueAttributes", "arn:task-events-dead-letters"),
        ("sqs:SendMessage", "arn:task-events-dead-letters"),
    },
    TARGETS_NAME: {
        ("dynamodb:GetItem", "arn:notifications-deliveries"),
        ("dynamodb:UpdateItem", "arn:notifications-deliveries"),
        MAILS,
        ("sqs:SendMessage", "arn:task-events-dead-letters"),
    },
}


SCHEDULER = {"task-events-relay-schedule": {("lambda:InvokeFunction", "arn:task-events-relay")}}


KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f1e"
CHANNELS: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "email": (
        {"sender": "tasks@example.com", "recipients": ["team@example.com"]},
        {MAILS},
    ),
    "sms": (
        {"numbers": ["+447700900123"]},
        {("sns:Publish", "all but arn:*:sns:*:*:*")},
    ),
    "push": (
        {"targetArn": "arn:aws:sns:eu-west-1:123456789012:phones"},
        {("sns:Publish", "arn:aws:sns:eu-west-1:123456789012:phones")},
    ),
    "webhook": (
        {
            "url": "https://example.com/hooks/tasks",
            "secretArn": "arn:aws:ssm:eu-west-1:123456789012:parameter/hook",
            "secretKeyArn": KEY,
        },
        {
            ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/hook"),
            ("kms:Decrypt", KEY),
        },
    ),
}
"""Each kind's settings, and all that it needs of the target's role."""


def permissions(stack: Graph) -> dict[str, set[tuple[str, str]]]:
    """Every (action, resource) that each function's role allows."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for policy in stack.of_type(ROLE_POLICY):
        function = policy.inputs["role"].removesuffix("-role-1a2b3c4")
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                for resource in _resources(statement):
                    own_log = resource == f"arn:{function}-log:*"
                    found[function].add((action, "log" if own_log else resource))
    return found


def _resources(statement: dict[str, Any]) -> list[str]:
    if "NotResource" in statement:
        assert "Resource" not in statement
        return [f"all but {resource}" for resource in statement["NotResource"]]
    resources: list[str] = statement["Resource"]
    return resources


def test_every_function_may_do_what_its_job_needs_and_nothing_else(dev: Graph) -> None:
    functions = {name: needed | LOG_AND_TRACE for name, needed in EXPECTED.items()}
    assert permissions(dev) == {**functions, **SCHEDULER}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(KINDS, 2)))
def test_with_two_channels_the_target_may_use_these_two_and_no_others(one: str, other: str) -> None:
    entries = [{"kind": kind, **CHANNELS[kind][0]} for kind in (one, other)]

    target = permissions(run_part(notifications, channels=json.dumps(entries)))[TARGETS_NAME]

    without_channels = EXPECTED[TARGETS_NAME] - {MAILS}
    assert target == without_channels | LOG_AND_TRACE | CHANNELS[one][1] | CHANNELS[other][1]


def test_every_function_has_a_role_of_its_own(program: Graph) -> None:
    functions = program.of_type(FUNCTION)
    assert len({function.inputs["role"] for function in functions}) == len(functions) > 0


def test_no_function_may_do_everything_to_something_or_something_to_everything(
    program: Graph,
) -> None:
    for function, allowed in permissions(program).items():
        for action, resource in allowed:
            assert "*" not in action, function
            assert resource != "*" or action.startswith("xray:"), (function, action)


def test_mail_can_only_be_sent_as_the_configured_sender(dev: Graph) -> None:
    policy = dev.named("notifications-send-notification-may-send-for-email")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "tasks@example.com"}}


def test_only_functions_that_hand_off_know_the_target(dev: Graph) -> None:
    know_it = {
        function.name
        for function in dev.of_type(FUNCTION)
        if "HANDOFF_TASK_EVENTS_TARGET_ARN" in function.inputs["environment"]["variables"]
    }
    assert know_it == {
        *("tasks-create-task", "tasks-update-task", "tasks-delete-task"),
        "task-events-relay",
    }
