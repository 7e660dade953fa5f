"""What a target gets of an event: its ids, its replays, and the payload as the caller wrote it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.kinds import invocation
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import event_of, row_of
from serverless_runtime.handoff.received import ReceivedEvent, UnreadableEventError
from tests.lambdas.json_texts import characters
from tests.lambdas.samples import an_event

WIRE = {"specversion": "1.0", "id": "e", "correlationid": "c", "replays": 0, "data": 1}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(characters),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(characters), inner),
    max_leaves=10,
)
_printable = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
ids = st.text(_printable, min_size=1, max_size=80)
attributes = st.dictionaries(st.sampled_from(["type", "source", "subject", "time"]), ids)


@given(json_values, ids, ids, attributes)
def test_the_target_gets_what_the_caller_handed_off(
    payload: Any, event_id: str, correlation_id: str, given: dict[str, str]
) -> None:
    event = Event(
        event_id=event_id,
        correlation_id=correlation_id,
        payload=json.dumps(payload, ensure_ascii=False).encode(),
        attributes=given,
    )

    received = ReceivedEvent.from_payload(json.loads(event_of(row_of(event, 1)).to_wire()))

    assert received.payload == payload
    assert (received.event_id, received.correlation_id) == (event_id, correlation_id)
    assert received.replays == 0
    assert received.attributes == {"type": "event", "source": "/handoff", **given}


@pytest.mark.parametrize(
    "payload", [b"1.10", b"1E400", b' {"a" : 1.0e+2} ', b"12345678901234567890.10", b'"\\u00e9"']
)
def test_the_payload_arrives_digit_for_digit(payload: bytes) -> None:
    wire = Event(event_id="e", correlation_id="c", payload=payload).to_wire()

    assert wire.endswith(b'"replays":0,"data":' + payload + b"}")


def test_task_events_have_the_form_of_every_handoff() -> None:
    event = an_event()
    handed_off = Event(
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        payload=event.data_to_wire(),
        attributes=event.attributes,
    )

    assert handed_off.to_wire() == event.to_wire()
    assert TaskEvent.from_payload(json.loads(handed_off.to_wire())) == event


def test_a_replay_is_the_same_event_with_one_more_replay() -> None:
    event = Event(event_id="e-1", correlation_id="c-1", payload=b'{"orderId": "4711"}')
    message = {"MessageId": "m", "Body": event.to_wire().decode()}

    replayed = json.loads(DeadLetter.from_message(message, invocation.read).counted_payload())

    received = ReceivedEvent.from_payload(replayed)
    assert (received.event_id, received.correlation_id) == ("e-1", "c-1")
    assert (received.replays, received.payload) == (1, {"orderId": "4711"})
    assert received.ids == {"event_id": "e-1", "correlation_id": "c-1"}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"orderId": "1"}, "must be a JSON object with .* got an object with 'orderId'; invoke"),
        ([], "must be a JSON object with .* got list"),
        (None, "must be a JSON object with .* got nothing"),
        ({**WIRE, "replays": -1}, "replays of the event must be a whole number from 0, got int"),
        ({**WIRE, "replays": True}, "replays of the event must be .* got bool"),
        ({**WIRE, "id": ""}, "id of the event must be text and not empty, got str"),
        ({**WIRE, "id": "x" * 513}, "id of the event must be at most 512 characters, got 513"),
        ({**WIRE, "correlationid": "x" * 180_000}, "correlationid of .* 512 .* got 180000"),
        ({**WIRE, "correlationid": None}, "correlationid of the event must be .* got nothing"),
    ],
)
def test_what_no_handoff_has_sent_is_refused(payload: object, message: str) -> None:
    with pytest.raises(UnreadableEventError, match=message):
        ReceivedEvent.from_payload(payload)
