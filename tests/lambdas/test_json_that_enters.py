"""What enters is JSON that everyone reads alike, or it is refused where it enters: events, rows of
the outbox, messages of queues, calls of webhooks, and what is sent to a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.contracts.task_event import UnreadableEventError as NoTaskEventError
from serverless_runtime.handoff import Event, ReceivedEvent, UnreadableEventError
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.relay.rejected import add_dead_letter
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.queue_consumer import Message, UnreadableMessageError
from serverless_runtime.queue_sender import QueueSender
from serverless_runtime.queue_sender.settings import queue_environment
from serverless_runtime.shared.characters import problem_in
from serverless_runtime.shared.frozen import unchecked
from serverless_runtime.shared.strict_json import NotJsonError, parse
from serverless_runtime.webhook_in import Call
from tests.lambdas.json_texts import nearly_json_texts, texts_with_any_character
from tests.lambdas.samples import an_event

QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
MESSAGE = Message(message_id="m", body="", queue_arn="arn:aws:sqs:x", receipt_handle="r")

payloads = nearly_json_texts.map(str.encode) | st.binary(max_size=20)


class Sqs:
    """Keeps what is sent to it."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(self, *, MessageBody: str, **_: Any) -> dict[str, str]:  # noqa: N803 -- boto3's
        self.bodies.append(MessageBody)
        return {"MessageId": "1"}


def is_json(data: bytes | str) -> bool:
    try:
        parse(data)
    except NotJsonError:
        return False
    return True


def stored(payload: bytes) -> Event:
    """An event of a row that anyone may have written."""
    return unchecked(Event, event_id="e", correlation_id="c", payload=payload)


@settings(deadline=None)
@given(payloads)
def test_an_event_takes_json_and_nothing_else(payload: bytes) -> None:
    if is_json(payload):
        assert Event(event_id="e", correlation_id="c", payload=payload).payload == payload
    else:
        with pytest.raises(ValueError, match="payload must be JSON in UTF-8"):
            Event(event_id="e", correlation_id="c", payload=payload)


@settings(deadline=None)
@given(payloads)
def test_a_row_of_the_outbox_that_is_not_json_is_never_sent_to_a_topic_or_queue(
    payload: bytes,
) -> None:
    sqs = Sqs()
    target = target_of(HandoffSettings(target_arn=QUEUE_URL), sqs)

    if is_json(payload):
        assert target.hand_off(stored(payload))
        [body] = sqs.bodies
        assert body.encode().endswith(b'"data":' + payload + b"}")
    else:
        with pytest.raises(NeverAcceptedError, match="the payload must be JSON in UTF-8"):
            target.hand_off(stored(payload))
        assert sqs.bodies == []


@settings(deadline=None)
@given(payloads)
def test_a_dead_letter_of_the_relay_is_json_and_replayable_only_if_the_payload_is(
    payload: bytes,
) -> None:
    sqs = Sqs()
    add_dead_letter(QUEUE_URL, stored(payload), NeverAcceptedError("no", "Type", "arn"), sqs)

    [body] = sqs.bodies
    record = json.loads(body)
    assert ("requestPayload" in record) is is_json(payload)
    assert ("rejectedPayload" in record) is not is_json(payload)
    if is_json(payload):
        assert body.encode().endswith(b'"data":' + payload + b"}}")


@settings(deadline=None)
@given(nearly_json_texts)
def test_a_message_and_a_call_are_read_as_json_and_nothing_else(text: str) -> None:
    message = Message(**{**vars(MESSAGE), "body": text})
    call = Call(body=text, source="s", event_id="s/1", received_at_ms=1, request_id="r")

    if is_json(text):
        assert message.json() == call.json() == parse(text)
        return
    with pytest.raises(UnreadableMessageError, match=f"got {len(text)} characters of something"):
        message.json()
    with pytest.raises(NotJsonError):
        call.json()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.floats() | st.integers() | texts_with_any_character | st.binary(max_size=2),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.integers(0, 1) | texts_with_any_character, inner, max_size=3)
            | st.just({1: "a", "1": "b"})
        ),
        max_leaves=6,
    )
)
def test_what_is_sent_to_a_queue_is_json_or_refused(
    monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    for name, value in queue_environment("orders", url=QUEUE_URL).items():
        monkeypatch.setenv(name, value)
    sqs = Sqs()
    try:
        QueueSender("orders", client=sqs).send(body)
    except ValueError as error:
        refused = str(error)
        assert refused.startswith("body must be a JSON value, got ")
        assert sqs.bodies == []
        return
    assert is_json(sqs.bodies[0])


@settings(deadline=None)
@given(st.sampled_from(["id", "source", "correlationid", "title", "detail"]), st.data())
def test_a_task_event_that_is_read_can_be_written_as_json(name: str, data: st.DataObject) -> None:
    text = data.draw(texts_with_any_character)
    payload = an_event().to_payload()
    (payload["data"] if name in {"title", "detail"} else payload)[name] = text

    try:
        event = TaskEvent.from_payload(payload)
    except NoTaskEventError as error:
        refused = str(error)
        assert problem_in(text) or not text
        assert refused.isascii()
        return
    assert is_json(event.to_wire())


@settings(deadline=None)
@given(st.sampled_from(["id", "correlationid"]), texts_with_any_character)
def test_an_event_that_a_target_reads_has_ids_that_can_be_stored(name: str, text: str) -> None:
    payload = {"id": "e", "correlationid": "c", "replays": 0, "data": None, name: text}

    try:
        event = ReceivedEvent.from_payload(payload)
    except UnreadableEventError:
        assert problem_in(text) or not text
        return
    assert is_json(json.dumps(event.ids))


@given(texts_with_any_character)
def test_a_text_has_a_problem_if_it_has_one_as_json(text: str) -> None:
    assert (problem_in(text) is None) is is_json(json.dumps(text))
