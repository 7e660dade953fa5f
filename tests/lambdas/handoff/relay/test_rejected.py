"""What the relay dead-letters is read by `serverless_ops` as Lambda's own failure records are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.kinds.invocation import read
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import event_of
from serverless_runtime.handoff.relay.rejected import add_dead_letter
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import ServiceError
from serverless_runtime.shared.timestamps import from_text, now
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, TARGET_ARN

REJECTION = NeverAcceptedError("Could not parse it", "InvalidRequestContentException", TARGET_ARN)


def _row(payload: bytes) -> dict[str, Any]:
    return {
        "event_id": {"S": "e-1"},
        "correlation_id": {"S": "c-1"},
        "payload": {"B": payload},
        "log_fields": {"M": {}},
        "attributes": {"M": {}},
    }


def _dead_letter(payload: bytes) -> DeadLetter:
    add_dead_letter(DEAD_LETTER_QUEUE_URL, event_of(_row(payload)), REJECTION)
    received = aws.boto3_client("sqs").receive_message(QueueUrl=DEAD_LETTER_QUEUE_URL)
    return DeadLetter.from_message(received["Messages"][0], read)


@pytest.mark.usefixtures("aws_in_memory")
def test_a_payload_that_is_json_can_be_replayed_as_it_was() -> None:
    dead_letter = _dead_letter(b'{"weight": 1.10, "big":12345678901234567.89}')

    assert dead_letter.record is not None
    sent = '"replays":0,"data":{"weight": 1.10, "big":12345678901234567.89}}'
    assert dead_letter.record.payload.endswith(sent)
    assert (dead_letter.event_id, dead_letter.correlation_id) == ("e-1", "c-1")
    assert dead_letter.error == "InvalidRequestContentException: Could not parse it"
    assert dead_letter.record.condition == "RejectedByLambda"


@pytest.mark.parametrize("payload", [b'{"a":', b'{"weight": NaN}', b'{"a": "\xff"}'])
@pytest.mark.usefixtures("aws_in_memory")
def test_a_payload_that_is_no_json_is_kept_for_people_and_is_not_replayable(payload: bytes) -> None:
    dead_letter = _dead_letter(payload)

    assert dead_letter.record is None
    assert "requestPayload" in (dead_letter.problem or "")
    assert json.loads(dead_letter.body)["rejectedPayload"]
    assert json.loads(dead_letter.body)["responsePayload"]["errorMessage"] == "Could not parse it"


@pytest.mark.parametrize(
    ("code", "is_final"),
    [
        ("InvalidRequestContentException", True),
        ("RequestTooLargeException", True),
        ("TooManyRequestsException", False),
        ("ResourceNotFoundException", False),
        ("AccessDeniedException", False),
    ],
)
def test_only_an_error_about_the_event_itself_is_final(code: str, is_final: bool) -> None:
    class Lambda:
        def invoke(self, **_: Any) -> Any:
            raise ServiceError({"Error": {"Code": code, "Message": "about it"}}, "Invoke")

    target = target_of(HandoffSettings(target_arn=TARGET_ARN), Lambda())
    event = Event(event_id="e-1", correlation_id="c-1", payload=b"{}")

    assert not target.accepts(event)
    if is_final:
        with pytest.raises(NeverAcceptedError, match="about it"):
            target.hand_off(event)
    else:
        assert not target.hand_off(event)


def _sent(payload: bytes) -> tuple[str, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    class Sqs:
        def send_message(self, **arguments: Any) -> None:
            sent.append(arguments)

    add_dead_letter("https://sqs/1/dead", event_of(_row(payload)), REJECTION, Sqs())
    [arguments] = sent
    return arguments["QueueUrl"], json.loads(arguments["MessageBody"])


def test_a_record_is_of_the_shape_of_lambdas_own() -> None:
    url, record = _sent(b"[1]")

    assert url == "https://sqs/1/dead"
    assert from_text(record.pop("timestamp")) <= now()
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": None,
            "functionArn": TARGET_ARN,
            "condition": "RejectedByLambda",
            "approximateInvokeCount": 0,
        },
        "eventId": "e-1",
        "correlationId": "c-1",
        "responsePayload": {
            "errorMessage": "Could not parse it",
            "errorType": "InvalidRequestContentException",
        },
        "requestPayload": json.loads(event_of(_row(b"[1]")).to_wire()),
    }
    _, unreadable = _sent(b"\xff")
    assert unreadable.keys() - record.keys() == {"timestamp", "rejectedPayload"}
    assert unreadable["rejectedPayload"].endswith(r'"data":\xff}')
