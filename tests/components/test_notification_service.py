from __future__ import annotations

import json

import pytest

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.notification_service.notification_service import (
    NotificationService,
    NotificationServiceArgs,
)
from pulumi_serverless.testing import Graph, record
from pulumi_serverless.testing.mocks import FUNCTION, ROLE_POLICY
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from tests.components.a_function import FOUNDATION

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"


def a_service(*channels: ChannelSettings) -> Graph:
    def program() -> None:
        queue = DeadLetterQueue("dead", DeadLetterQueueArgs(foundation=FOUNDATION))
        NotificationService(
            "notify",
            NotificationServiceArgs(
                foundation=FOUNDATION, channels=channels, dead_letter_queue=queue
            ),
        )

    return record(program)


def test_a_service_needs_a_channel() -> None:
    with pytest.raises(ValueError, match="channels must have 1 to 50 entries, got 0"):
        a_service()


def test_two_channels_of_one_name_fail_before_deploy() -> None:
    channel = EmailSettings(sender="a@example.com", recipients=["b@example.com"])

    with pytest.raises(ValueError, match="a unique name, got email more than once; set name"):
        a_service(channel, channel)


def test_the_function_learns_its_channels_from_its_environment() -> None:
    stack = a_service(EmailSettings(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(FUNCTION).secret_inputs == ["environment"]
    variables = stack.only(FUNCTION).inputs["environment"]["variables"]
    assert json.loads(variables["CHANNELS"]) == [
        {
            "kind": "email",
            "name": "email",
            "events": ["task.created.v1", "task.completed.v1", "task.deleted.v1"],
            "sender": "a@example.com",
            "recipients": ["b@example.com"],
            "guarantee": "at_least_once",
        }
    ]


def test_the_function_knows_the_dead_letter_queue_and_may_only_write_to_it() -> None:
    stack = a_service(EmailSettings(sender="a@example.com", recipients=["b@example.com"]))

    variables = stack.only(FUNCTION).inputs["environment"]["variables"]
    assert variables["DEAD_LETTER_QUEUE_URL"] == "https://sqs/dead"
    policy = stack.named("notify-send-notification-may-send-to-dead", ROLE_POLICY)
    [statement] = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Resource"] == ["arn:dead"]


def test_the_function_is_done_before_lambda_retries() -> None:
    stack = a_service(EmailSettings(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(FUNCTION).inputs["timeout"] <= 50


def test_the_stack_makes_an_identity_for_a_sender_that_has_none() -> None:
    stack = a_service(EmailSettings(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(IDENTITY).inputs["emailIdentity"] == "a@example.com"


def test_two_services_of_one_stack_have_circuit_breaker_alarms_of_their_own() -> None:
    def program() -> None:
        queue = DeadLetterQueue("dead", DeadLetterQueueArgs(foundation=FOUNDATION))
        for name in ("customers", "staff"):
            NotificationService(
                name,
                NotificationServiceArgs(
                    foundation=FOUNDATION,
                    channels=[EmailSettings(sender="a@example.com", recipients=["b@example.com"])],
                    dead_letter_queue=queue,
                ),
            )

    stack = record(program)

    for name in ("customers", "staff"):
        alarm = stack.named(f"{name}-circuit-breaker-open").inputs
        function = stack.named(f"{name}-send-notification", FUNCTION).inputs
        component = function["environment"]["variables"]["METRICS_COMPONENT"]
        assert alarm["dimensions"] == {"Component": component}
        assert component == f"test-unit-{name}"
