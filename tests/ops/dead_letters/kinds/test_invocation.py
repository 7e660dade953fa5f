"""Reading failed invocations."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from serverless_ops.dead_letters.kinds.invocation import read
from serverless_runtime.notification_service.delivery.dead_letters import SqsDeadLetters
from tests.nested import nested
from tests.ops.dead_letters.test_json_text import SPACE, VALUES

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


def read_body(body: str, attributes: Any = None) -> FailureRecord:
    return read({"Body": body, "MessageAttributes": attributes or {}})


class Recorder:
    body = ""

    def send_message(self, **message: str) -> None:
        self.body = message["MessageBody"]


def test_a_failure_record_holds_the_event_its_last_error_and_the_attempts() -> None:
    record = read_body(json.dumps(RECORD))

    assert json.loads(record.payload) == EVENT
    assert record.reason == "mailbox is full"
    assert record.error_type == "MailboxFullError"
    assert record.attempts == 3
    assert record.failed_at == "2026-01-02T03:04:05.678Z"


def test_an_event_that_grew_too_old_has_its_condition_as_the_reason() -> None:
    context = {"condition": "EventAgeExceeded", "approximateInvokeCount": 1}
    aged = {"requestContext": context, "requestPayload": EVENT, "responsePayload": None}

    record = read_body(json.dumps(aged))

    assert record.reason == "EventAgeExceeded"
    assert record.error_type is None


def test_a_bare_event_of_a_dead_letter_config_is_read_with_its_attributes() -> None:
    attributes = {"ErrorMessage": {"DataType": "String", "StringValue": "mailbox is full"}}

    record = read_body(json.dumps(EVENT), attributes)

    assert json.loads(record.payload) == EVENT
    assert record.reason == "mailbox is full"
    assert record.attempts is None


def test_what_the_target_dead_letters_by_itself_is_read_like_lambdas_own() -> None:
    sqs = Recorder()
    context = SimpleNamespace(aws_request_id="e4b4", invoked_function_arn="arn:f")
    SqsDeadLetters("https://queue", EVENT, context, sqs).add("email: no such address", "NeverError")

    record = read_body(sqs.body)

    assert json.loads(record.payload) == EVENT
    assert record.reason == "email: no such address"
    assert record.error_type == "NeverError"
    assert (record.condition, record.attempts) == ("PermanentFailure", 1)
    assert (record.function, record.request_id) == ("arn:f", "e4b4")
    assert record.failed_at


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("not json", "not JSON"),
        ("", "not JSON"),
        (json.dumps({"requestContext": RECORD["requestContext"]}), "contains no requestPayload"),
    ],
)
def test_what_holds_no_event_is_unreadable(body: str, problem: str) -> None:
    with pytest.raises(UnreadableDeadLetterError, match=problem):
        read_body(body)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
NAMES = st.sampled_from([*RECORD["requestContext"], *RECORD["responsePayload"], "x"])


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)


ANYTHING = nested(SCALARS, containers, depth=2)


@given(st.fixed_dictionaries(dict.fromkeys(RECORD, ANYTHING)))
def test_any_shape_of_record_is_read_or_rejected_and_nothing_else(content: dict[str, Any]) -> None:
    try:
        record = read_body(json.dumps(content))
    except UnreadableDeadLetterError:
        return
    assert json.loads(record.payload) == content["requestPayload"]
    assert record.reason


def test_a_record_names_the_function_that_failed_and_why_lambda_gave_up() -> None:
    record = read_body(json.dumps(RECORD))

    assert record.function == "arn:aws:lambda:eu-west-1:123456789012:function:notify:$LATEST"
    assert (record.request_id, record.condition) == ("e4b46cbf", "RetriesExhausted")


@pytest.mark.parametrize("body", ['{"n": NaN}', '{"n": -Infinity}', "[" * 99_999])
def test_what_json_cannot_hold_is_unreadable(body: str) -> None:
    with pytest.raises(UnreadableDeadLetterError):
        read_body(body)


@given(VALUES, SPACE)
def test_any_payload_comes_out_of_its_record_as_it_was_written(payload: str, space: str) -> None:
    context = json.dumps(RECORD["requestContext"])
    record = f'{{"requestContext":{context},"requestPayload":{space}{payload}{space},"x":1}}'

    assert read_body(record).payload == payload
    assert read_body(payload).payload == payload or "functionArn" in payload


@given(VALUES, st.integers(0, 2**31 - 2))
def test_a_replay_changes_the_count_of_replays_and_no_other_character(
    data: str, replays: int
) -> None:
    known = '"specversion":"1.0","id":"e-1"'
    event = f'{{{known},"replays":{replays},"data":{data}}}'
    message = {"MessageId": "m-1", "Body": event}

    dead_letter = DeadLetter.from_message(message, read)

    assert dead_letter.replays == replays
    counted = f'{{{known},"replays":{replays + 1},"data":{data}}}'
    assert dead_letter.counted_payload() == counted


@pytest.mark.parametrize("count", ["-5", "true", '"many"', "1.5", "null"])
def test_a_count_of_replays_that_is_none_begins_at_0(count: str) -> None:
    event = f'{{"specversion":"1.0","id":"e-1","replays":{count}}}'

    dead_letter = DeadLetter.from_message({"MessageId": "m-1", "Body": event}, read)

    assert dead_letter.replays == 0
    assert dead_letter.counted_payload() == '{"specversion":"1.0","id":"e-1","replays":1}'


@pytest.mark.parametrize("depth", [10, 1_200, 10_000])
def test_a_deep_payload_is_replayed_as_it_is(depth: int) -> None:
    data = '{"a":[' * depth + "1.10" + "]}" * depth
    event = f'{{"specversion":"1.0","id":"e-1","replays":0,"data":{data}}}'
    body = json.dumps({**RECORD, "requestPayload": "HERE"}).replace('"HERE"', event)

    dead_letter = DeadLetter.from_message({"MessageId": "m-1", "Body": body}, read)

    assert dead_letter.event_id == "e-1"
    assert dead_letter.counted_payload() == event.replace('"replays":0', '"replays":1')
