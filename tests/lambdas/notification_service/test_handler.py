"""The target as Lambda runs it, with DynamoDB and SES in memory."""

from __future__ import annotations

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from lambdas.contracts.task_event import UnreadableEventError
from lambdas.notification_service.handler import handle
from lambdas.notification_service.notify import NotDeliveredError
from lambdas.shared import aws
from tests.lambdas.samples import an_event


def messages_sent() -> int:
    return len(ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages)


@pytest.fixture
def verified_sender(aws_in_memory: None) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity="tasks@example.com")


def test_an_event_is_delivered_once(verified_sender: None) -> None:
    handle(an_event().to_payload(), None)
    handle(an_event().replayed().to_payload(), None)

    assert messages_sent() == 1


def test_a_refusal_is_raised_for_people_and_can_be_retried(aws_in_memory: None) -> None:
    with pytest.raises(
        NotDeliveredError, match=r"^email: SES refused the message: MessageRejected"
    ):
        handle(an_event().to_payload(), None)

    aws.client("sesv2").create_email_identity(EmailIdentity="tasks@example.com")
    handle(an_event().to_payload(), None)

    assert messages_sent() == 1


def test_what_is_no_event_is_refused_before_anything_is_done(aws_in_memory: None) -> None:
    with pytest.raises(UnreadableEventError, match="task event type must be"):
        handle(an_event().to_payload() | {"type": "task.created.v2"}, None)


def test_neither_titles_nor_addresses_are_logged(
    verified_sender: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    handle(an_event().to_payload(), None)

    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "notification sent" in logged
    assert "Buy milk" not in logged
    assert "example.com" not in logged
