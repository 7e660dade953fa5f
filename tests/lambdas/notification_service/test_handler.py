"""The target as Lambda runs it, with DynamoDB, SES and SQS in memory."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from serverless_runtime.notification_service.delivery.dead_letters import InexactEventError
from serverless_runtime.notification_service.delivery.every_channel import NotDeliveredError
from serverless_runtime.notification_service.handler import handle
from serverless_runtime.shared import aws, timestamps
from serverless_runtime.shared.aws.errors import ServiceError
from tests.lambdas.notification_service.stubbed_providers import error_response, stubbed
from tests.lambdas.samples import an_event
from tests.lambdas.shared.test_json_log import bare_root
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL

CONTEXT = SimpleNamespace(
    aws_request_id="e4b46cbf",
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:notify",
    function_version="$LATEST",
    get_remaining_time_in_millis=lambda: 45_000,
)


def messages_sent() -> int:
    return len(ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages)


def dead_letters() -> list[dict[str, Any]]:
    response = aws.boto3_client("sqs").receive_message(
        QueueUrl=DEAD_LETTER_QUEUE_URL, MaxNumberOfMessages=10
    )
    bodies = [message["Body"] for message in response.get("Messages", [])]
    # SQS rejects some characters; moto takes them all.
    assert all(body.isascii() for body in bodies)
    return [json.loads(body) for body in bodies]


@pytest.fixture
def verified_sender(aws_in_memory: None) -> None:
    aws.boto3_client("sesv2").create_email_identity(EmailIdentity="tasks@example.com")


def test_an_event_is_delivered_once(verified_sender: None) -> None:
    handle(an_event().to_payload(), CONTEXT)
    handle(an_event().replayed().to_payload(), CONTEXT)

    assert messages_sent() == 1


def test_a_rejected_message_is_raised_and_can_be_retried(aws_in_memory: None) -> None:
    with pytest.raises(
        NotDeliveredError, match=r"^email: SES rejected the message: MessageRejected"
    ):
        handle(an_event().to_payload(), CONTEXT)

    aws.boto3_client("sesv2").create_email_identity(EmailIdentity="tasks@example.com")
    handle(an_event().to_payload(), CONTEXT)

    assert messages_sent() == 1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (
            an_event().to_payload() | {"type": "task.created.v2"},
            "task event type must be task.created.v1 or task.completed.v1 or task.deleted.v1, "
            "got 'task.created.v2'",
        ),
        (["no", "event"], "a task event must be a JSON object, got list"),
        (None, "a task event must be a JSON object, got NoneType"),
    ],
)
def test_what_is_no_event_is_dead_lettered_as_it_came(
    aws_in_memory: None, payload: object, reason: str
) -> None:
    handle(payload, CONTEXT)

    [record] = dead_letters()
    assert record["requestPayload"] == payload
    assert record["responsePayload"] == {
        "errorMessage": reason,
        "errorType": "UnreadableEventError",
    }


def test_a_dead_letter_has_the_shape_of_lambdas_own(aws_in_memory: None) -> None:
    before = timestamps.now()
    handle({"surprise": "\ufffe\x01ü"}, CONTEXT)

    [record] = dead_letters()
    assert before - timedelta(seconds=1) <= timestamps.from_text(record.pop("timestamp"))
    assert record["responsePayload"].pop("errorMessage")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": "e4b46cbf",
            "functionArn": CONTEXT.invoked_function_arn,
            "condition": "PermanentFailure",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"surprise": "\ufffe\x01ü"},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Handled",
        },
        "responsePayload": {"errorType": "UnreadableEventError"},
    }


def test_what_the_queue_does_not_accept_is_left_to_lambda(aws_in_memory: None) -> None:
    sqs = aws.boto3_client("sqs")
    sqs.delete_queue(QueueUrl=DEAD_LETTER_QUEUE_URL)

    with pytest.raises(ServiceError, match="NonExistentQueue"):
        handle("no event", CONTEXT)


def test_an_address_that_ses_cannot_read_is_dead_lettered_with_the_event(
    aws_in_memory: None,
) -> None:
    payload = an_event().to_payload() | {"unknown": "attribute"}
    with stubbed("sesv2", error_response("sesv2", "BadRequestException", message="Missing domain")):
        handle(payload, CONTEXT)
        handle(payload, CONTEXT)

    [record] = dead_letters()
    assert record["requestPayload"] == payload
    assert record["responsePayload"] == {
        "errorMessage": "email: SES rejected the message: BadRequestException: Missing domain",
        "errorType": "PermanentChannelError",
    }


def test_neither_titles_nor_addresses_are_logged(
    verified_sender: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    handle(an_event().to_payload(), CONTEXT)

    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "notification sent" in logged
    assert "Buy milk" not in logged
    assert "example.com" not in logged


def test_what_fails_for_an_address_is_raised_without_it(verified_sender: None) -> None:
    rejected = error_response("sesv2", "MessageRejected", message="team@example.com is unknown")

    # The runtime writes what is raised into the log.
    with (
        stubbed("sesv2", rejected),
        pytest.raises(NotDeliveredError, match=r"t\*\*\*@example\.com is unknown"),
    ):
        handle(an_event().to_payload(), CONTEXT)


def test_an_unreadable_event_can_be_found_by_its_ids(
    aws_in_memory: None, capsys: pytest.CaptureFixture[str]
) -> None:
    payload = {**an_event().to_payload(), "type": "task.created.v9", "source": "a title of theirs"}
    with bare_root():
        handle(payload, CONTEXT)
        handle({"id": "any text at all", "correlationid": 7}, CONTEXT)

    known, unknown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {name: known[name] for name in ("message", "event_id", "correlation_id", "task_id")} == {
        "message": "unreadable event",
        "event_id": payload["id"],
        "correlation_id": "order-4711",
        "task_id": payload["subject"],
    }
    assert "event_id" not in unknown
    assert "any text" not in json.dumps(unknown)


@pytest.mark.parametrize("number", [1.10, float("inf"), 12345678901234567.89])
def test_an_event_with_digits_that_would_change_is_left_to_lambda(
    aws_in_memory: None, number: float
) -> None:
    with pytest.raises(InexactEventError, match="which only Lambda can keep digit for digit"):
        handle({"specversion": "1.0", "data": {"amounts": [{"total": number}]}}, CONTEXT)

    assert dead_letters() == []


@pytest.mark.parametrize(("left_ms", "sent"), [(20_999, 0), (21_000, 1)])
def test_a_channel_is_begun_if_its_budget_and_the_records_fit_into_what_is_left(
    verified_sender: None, left_ms: int, sent: int
) -> None:
    context = SimpleNamespace(**{**vars(CONTEXT), "get_remaining_time_in_millis": lambda: left_ms})

    if sent:
        handle(an_event().to_payload(), context)
    else:
        text = "email: not started: it may take 21 s, and the function has 21 s left"
        with pytest.raises(NotDeliveredError, match=f"^{text}$"):
            handle(an_event().to_payload(), context)

    assert messages_sent() == sent
