"""Reading the content of a dead letter."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.dead_letters.failure_record import UnreadableDeadLetterError, read_failure_record
from serverless_runtime.notification_service.delivery.dead_letters import SqsDeadLetters

EVENT = {"id": "e-1", "type": "task.created.v1"}

# Shape: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
RECORD: dict[str, Any] = {
    "version": "1.0",
    "timestamp": "2026-01-02T03:04:05.678Z",
    "requestContext": {
        "requestId": "e4b46cbf",
        "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:notify:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    },
    "requestPayload": EVENT,
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "responsePayload": {"errorMessage": "mailbox is full", "errorType": "MailboxFullError"},
}


class Recorder:
    body = ""

    def send_message(self, **message: str) -> None:
        self.body = message["MessageBody"]


def test_a_failure_record_holds_the_event_its_last_error_and_the_attempts() -> None:
    record = read_failure_record(json.dumps(RECORD))

    assert record.event == EVENT
    assert record.reason == "mailbox is full"
    assert record.error_type == "MailboxFullError"
    assert record.attempts == 3
    assert record.failed_at == "2026-01-02T03:04:05.678Z"


def test_an_event_that_grew_too_old_has_its_condition_as_the_reason() -> None:
    context = {"condition": "EventAgeExceeded", "approximateInvokeCount": 1}
    aged = {"requestContext": context, "requestPayload": EVENT, "responsePayload": None}

    record = read_failure_record(json.dumps(aged))

    assert record.reason == "EventAgeExceeded"
    assert record.error_type is None


def test_a_bare_event_of_a_dead_letter_config_is_read_with_its_attributes() -> None:
    attributes = {"ErrorMessage": {"DataType": "String", "StringValue": "mailbox is full"}}

    record = read_failure_record(json.dumps(EVENT), attributes)

    assert record.event == EVENT
    assert record.reason == "mailbox is full"
    assert record.attempts is None


def test_what_the_target_dead_letters_by_itself_is_read_like_lambdas_own() -> None:
    sqs = Recorder()
    context = SimpleNamespace(aws_request_id="e4b4", invoked_function_arn="arn:f")
    SqsDeadLetters("https://queue", EVENT, context, sqs).add("email: no such address", "NeverError")

    record = read_failure_record(sqs.body)

    assert record.event == EVENT
    assert record.reason == "email: no such address"
    assert record.error_type == "NeverError"
    assert (record.condition, record.attempts) == ("PermanentFailure", 1)
    assert (record.function, record.request_id) == ("arn:f", "e4b4")
    assert record.failed_at


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("not json", "not JSON"),
        ("[1]", "must be a JSON object, got list"),
        (json.dumps({**RECORD, "requestPayload": "text"}), "requestPayload must be an object"),
    ],
)
def test_what_holds_no_event_is_unreadable(body: str, problem: str) -> None:
    with pytest.raises(UnreadableDeadLetterError, match=problem):
        read_failure_record(body)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RECORD, *RECORD["requestContext"], "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(RECORD, anything)))
def test_any_shape_of_record_is_read_or_rejected_and_nothing_else(content: dict[str, Any]) -> None:
    try:
        record = read_failure_record(json.dumps(content))
    except UnreadableDeadLetterError:
        return
    assert record.event == content["requestPayload"]
    assert record.reason


def test_a_record_names_the_function_that_failed_and_why_lambda_gave_up() -> None:
    record = read_failure_record(json.dumps(RECORD))

    assert record.function == "arn:aws:lambda:eu-west-1:123456789012:function:notify:$LATEST"
    assert (record.request_id, record.condition) == ("e4b46cbf", "RetriesExhausted")
    assert not record.bare


@pytest.mark.parametrize("body", ['{"n": NaN}', '{"n": -Infinity}', '{"n": 1e999}', "[" * 99_999])
def test_what_json_cannot_hold_is_unreadable(body: str) -> None:
    with pytest.raises(UnreadableDeadLetterError):
        read_failure_record(body)
