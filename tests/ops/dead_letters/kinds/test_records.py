"""What each kind of dead letter says of its failure, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from serverless_ops.dead_letters.kinds import invocation, message, read, rule_target
from tests.ops.fakes import TARGET, a_record

SOURCE = "arn:aws:sqs:us-east-1:123456789012:orders"


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def test_a_record_of_lambda_is_read_with_everything_in_it() -> None:
    assert invocation.read({"Body": json.dumps(a_record({"a": 1}))}) == FailureRecord(
        payload='{"a": 1}',
        reason="mailbox is full",
        error_type="MailboxFullError",
        attempts=3,
        failed_at="2026-03-01T09:30:00.000Z",
        condition="RetriesExhausted",
        function=f"{TARGET}:$LATEST",
        request_id="r-1",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"responsePayload": None}, {"reason": "RetriesExhausted", "error_type": None}),
        ({"responsePayload": [1]}, {"reason": "RetriesExhausted", "error_type": None}),
        (
            {"responsePayload": {"errorMessage": "", "errorType": 7}},
            {"reason": "RetriesExhausted", "error_type": None},
        ),
        (
            {"requestContext": {}, "responsePayload": None},
            {"reason": "unknown", "condition": None, "attempts": None, "function": None},
        ),
        ({"requestContext": {"approximateInvokeCount": True}}, {"attempts": None}),
        ({"requestContext": {"approximateInvokeCount": "3"}}, {"attempts": None}),
        ({"requestContext": {"approximateInvokeCount": 0}}, {"attempts": 0}),
        ({"timestamp": 7}, {"failed_at": None}),
    ],
)
def test_what_a_record_does_not_say_is_not_known(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = invocation.read({"Body": json.dumps(a_record({}, **changes))})

    assert {name: getattr(found, name) for name in expected} == expected


def test_a_bare_event_has_its_error_in_attributes_if_anywhere() -> None:
    attributes = {
        "ErrorMessage": _text("full"),
        "RequestID": _text("r-1"),
        "ErrorCode": _text("500"),
    }

    assert invocation.read({"Body": "[1.10]", "MessageAttributes": attributes}) == FailureRecord(
        payload="[1.10]", reason="full", request_id="r-1", error_code="500"
    )
    assert invocation.read({"Body": "7"}) == FailureRecord(payload="7", reason="unknown")
    gateway = json.dumps({"requestContext": {"stage": "x"}})
    assert invocation.read({"Body": gateway}).payload == gateway
    for half in ("requestPayload", "requestContext"):
        assert invocation.read({"Body": f'{{"{half}":{{}}}}'}).payload == f'{{"{half}":{{}}}}'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("by hand", "the message is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (
            '{"requestContext":{"functionArn":"f"}}',
            "the failure record contains no requestPayload",
        ),
    ],
)
def test_what_holds_no_event_is_unreadable_with_the_reason(body: str, problem: str) -> None:
    with pytest.raises(UnreadableDeadLetterError) as raised:
        invocation.read({"Body": body})

    assert str(raised.value) == problem


def test_a_moved_message_names_its_queue_and_another_says_that_it_was_not() -> None:
    attributes = {"DeadLetterQueueSourceArn": SOURCE}

    assert message.read({"Body": "x", "Attributes": attributes}) == FailureRecord(
        payload="x",
        reason="not deleted by its consumer after the last receive from orders",
        condition="ReceivesExhausted",
        moved=True,
        source_arn=SOURCE,
    )
    assert message.read({"Body": "x"}) == FailureRecord(
        payload="x",
        reason="not moved here by SQS: a topic could not deliver it to the queue, or somebody "
        "sent it here",
        moved=True,
    )
    assert message.recognizes({"Attributes": attributes})
    assert not message.recognizes({"Attributes": {}})
    assert not message.recognizes({})
    assert not invocation.recognizes({"Attributes": attributes})
    assert invocation.recognizes({})


def test_an_event_of_a_rule_is_read_with_all_of_its_attributes() -> None:
    names = {
        "RULE_ARN": "r",
        "TARGET_ARN": "t",
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": "denied",
        "RETRY_ATTEMPTS": "2",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
    }
    attributes = {name: _text(value) for name, value in names.items()}

    assert rule_target.read({"Body": "{}", "MessageAttributes": attributes}) == FailureRecord(
        payload="{}",
        reason="denied",
        error_type="NO_PERMISSIONS",
        attempts=3,
        condition="MaximumRetryAttempts",
        moved=True,
        source_arn="r",
        target_arn="t",
    )
    nothing: list[Any] = [
        {name: _text("") for name in names},
        {name: {} for name in names},
        {},
        None,
    ]
    for given in nothing:
        assert rule_target.read({"Body": "{}", "MessageAttributes": given}) == FailureRecord(
            payload="{}", reason="not delivered to the rule's target", moved=True
        )


@pytest.mark.parametrize(
    ("retries", "attempts"),
    [("0", 1), ("999999999", 1_000_000_000), ("9" * 5_000, None), ("-1", None), ("1.5", None)],
)
def test_the_attempts_are_the_retries_and_the_first(retries: str, attempts: int | None) -> None:
    attributes = {"RETRY_ATTEMPTS": _text(retries)}

    assert rule_target.read({"Body": "{}", "MessageAttributes": attributes}).attempts == attempts


@pytest.mark.parametrize(
    ("found", "kind_of"),
    [
        ({"Body": "[]", "Attributes": {"DeadLetterQueueSourceArn": SOURCE}}, "ReceivesExhausted"),
        (
            {
                "Body": '{"Type":"Notification","MessageId":"m","TopicArn":"t","Message":"x"}',
                "Attributes": {},
            },
            "DeliveryFailed",
        ),
        ({"Body": json.dumps(a_record({}))}, "RetriesExhausted"),
        (
            {
                "Body": "{}",
                "MessageAttributes": {
                    "RULE_ARN": _text("r"),
                    "TARGET_ARN": _text("t"),
                    "EXHAUSTED_RETRY_CONDITION": _text("c"),
                },
            },
            "c",
        ),
    ],
)
def test_without_a_kind_each_message_shows_its_own(found: Any, kind_of: str) -> None:
    assert read(None, found).condition == kind_of


def test_a_kind_that_this_version_does_not_know_is_told_with_those_it_knows() -> None:
    with pytest.raises(UnreadableDeadLetterError) as raised:
        read("other", {"Body": "{}"})

    assert str(raised.value) == (
        "a dead letter of kind 'other' cannot be read by this version, which knows delivery, "
        "invocation, message, rule_target; install the version that deployed the stack"
    )
