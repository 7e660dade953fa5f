from __future__ import annotations

import json

import pytest

from components.notification_service import (
    EmailChannel,
    NotificationService,
    NotificationServiceArgs,
)
from local.monitor import Graph
from tests.mocks import FUNCTION, record

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"


def a_service(*channels: EmailChannel) -> Graph:
    return record(lambda: NotificationService("notify", NotificationServiceArgs(channels=channels)))


@pytest.mark.parametrize("count", [0, 2])
def test_a_service_needs_one_channel_of_each_kind(count: int) -> None:
    channel = EmailChannel(sender="a@example.com", recipients=["b@example.com"])

    with pytest.raises(ValueError, match=rf"one channel of each kind \(email\), got {count}"):
        NotificationServiceArgs(channels=[channel] * count)


def test_the_function_learns_its_channels_from_its_environment() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    variables = stack.only(FUNCTION).inputs["environment"]["variables"]
    assert json.loads(variables["CHANNELS"]) == [
        {"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}
    ]


def test_the_function_is_done_before_lambda_retries() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(FUNCTION).inputs["timeout"] <= 50


def test_the_stack_makes_an_identity_for_a_sender_that_has_none() -> None:
    stack = a_service(EmailChannel(sender="a@example.com", recipients=["b@example.com"]))

    assert stack.only(IDENTITY).inputs["emailIdentity"] == "a@example.com"
