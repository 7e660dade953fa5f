from __future__ import annotations

import json

import pytest

from components.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from components.notification_service import (
    EmailChannel,
    NotificationService,
    NotificationServiceArgs,
)
from local.monitor import Graph
from tests.mocks import FUNCTION, ROLE_POLICY, record

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"


def a_service(*channels: EmailChannel) -> Graph:
    def program() -> None:
        queue = DeadLetterQueue("dead", DeadLetterQueueArgs())
        NotificationService(
            "notify", NotificationServiceArgs(channels=channels, dead_letter_queue=queue)
        )

    return record(program)


@pytest.mark.parametrize("count", [0, 2])
def test_a_service_needs_one_channel_of_each_kind(count: int) -> None:
    channel = EmailChannel(sender="a@example.com", recipients=["b@example.com"])

    with pytest.raises(ValueError, match=rf"one channel of each kind \(email\), got {count}"):
        a_service(*[channel] * count)


def test_the_function_learns_its_channels_from_its_environment() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    variables = stack.only(FUNCTION).inputs["environment"]["variables"]
    assert json.loads(variables["CHANNELS"]) == [
        {
            "kind": "email",
            "sender": "a@example.com",
            "recipients": ["b@example.com"],
            "guarantee": "at_least_once",
        }
    ]


def test_the_function_knows_the_dead_letter_queue_and_may_only_write_to_it() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    variables = stack.only(FUNCTION).inputs["environment"]["variables"]
    assert variables["DEAD_LETTER_QUEUE_URL"] == "https://sqs/dead"
    policy = stack.named("notify-send-notification-may-write-to-dead", ROLE_POLICY)
    [statement] = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["sqs:SendMessage"]
    assert statement["Resource"] == ["arn:dead"]


def test_a_guarantee_that_nobody_can_give_fails_before_deploy() -> None:
    with pytest.raises(
        ValueError,
        match="guarantee must be one of at_least_once, at_most_once, got 'exactly_once'",
    ):
        EmailChannel(
            sender="a@example.com",
            recipients=["b@example.com"],
            guarantee="exactly_once",  # type: ignore[arg-type]
        )


def test_the_function_is_done_before_lambda_retries() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(FUNCTION).inputs["timeout"] <= 50


def test_the_stack_makes_an_identity_for_a_sender_that_has_none() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(IDENTITY).inputs["emailIdentity"] == "a@example.com"
