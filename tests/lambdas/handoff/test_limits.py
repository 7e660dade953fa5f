"""What is just within a limit is taken, and what is just beyond it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.message import attributes_of, require_message
from serverless_runtime.handoff.outbox_rows import (
    SHARDS,
    event_id_of,
    event_of,
    key_of,
    position_of,
    row_of,
)
from serverless_runtime.handoff.received import ReceivedEvent, UnreadableEventError
from serverless_runtime.handoff.relay.ports import Report
from serverless_runtime.handoff.settings import HandoffSettings
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import TARGET_ARN

WIRE = {"specversion": "1.0", "id": "e", "correlationid": "c", "replays": 0, "data": 1}


def an_event(**changes: Any) -> Event:
    return Event(**{"event_id": "e", "correlation_id": "c", "payload": b"{}", **changes})


@pytest.mark.parametrize("name", ["event_id", "correlation_id"])
def test_an_id_has_1_to_512_bytes(name: str) -> None:
    for fine in ("a", "a" * 512, "é" * 256):
        assert an_event(**{name: fine}).ids[name] == fine
    for wrong in ("", "a" * 513, "é" * 256 + "a"):
        size = len(wrong.encode())
        with pytest.raises(ValueError, match=f"^{name} must be 1 to 512 bytes, got {size}$"):
            an_event(**{name: wrong})
    with pytest.raises(ValueError, match=f"^{name} must be text and not empty, got ' '$"):
        an_event(**{name: " "})
    with pytest.raises(ValueError, match=f"^{name} must be text, got half of a surrogate pair"):
        an_event(**{name: "\ud800"})


def test_a_payload_has_at_most_200_000_bytes() -> None:
    assert an_event(payload=b'"%s"' % (b"x" * 199_998)).payload
    with pytest.raises(ValueError, match="at most 200000 bytes, got 200001; put what is larger"):
        an_event(payload=b'"%s"' % (b"x" * 199_999))


@pytest.mark.parametrize(("name", "most"), [("log_fields", 1_000), ("attributes", 2_000)])
def test_names_and_values_have_a_limit_together(name: str, most: int) -> None:
    fine = {"ab": "x" * 96, "é": "x" * (most - 100)}

    assert getattr(an_event(**{name: fine}), name) == fine
    with pytest.raises(ValueError, match=f"^{name} must be at most {most} bytes, got {most + 1}$"):
        an_event(**{name: {**fine, "ab": "x" * 97}})
    for wrong in ({" ": "x"}, {"a": ""}, {"a": 1}, ["a"], "a"):
        with pytest.raises(ValueError, match=f"{name}.* must be "):
            an_event(**{name: wrong})


@pytest.mark.parametrize("count", [1, 9, 10])
def test_a_message_has_at_most_ten_attributes(count: int) -> None:
    named = {"type": "t", **{f"a{each}": "x" for each in range(count - 1)}}

    require_message(an_event(attributes=named))
    assert attributes_of(an_event(attributes={"type": "t"})) == {
        "type": {"DataType": "String", "StringValue": "t"}
    }
    if count == 10:
        with pytest.raises(ValueError, match="at most 10 in a message, got 11"):
            require_message(an_event(attributes={**named, "b": "x"}))


@pytest.mark.parametrize(("count", "is_taken"), [(0, False), (1, True), (99, True), (100, False)])
def test_a_commit_has_1_to_99_writes(
    recorded_lambda: RecordedLambda, count: int, *, is_taken: bool
) -> None:
    seen: list[int] = []

    class Table:
        def transact_write_items(self, **arguments: Any) -> None:
            seen.append(len(arguments["TransactItems"]))

    handoff = Handoff(settings=HandoffSettings(target_arn=TARGET_ARN), client=Table())
    writes: list[Mapping[str, Any]] = [{"Put": {}}] * count

    if is_taken:
        assert handoff.commit(writes, an_event())
        assert seen == [count]
    else:
        with pytest.raises(ValueError, match=f"^writes must be 1 to 99, got {count}$"):
            handoff.commit(writes, an_event())


@pytest.mark.parametrize(
    ("write", "got"),
    [({}, "nothing"), ({"Put": 1, "Get": 2}, "'Put', 'Get'"), ({"é": 1}, r"'\xe9'")],
)
def test_a_write_is_one_of_dynamodbs(write: dict[str, Any], got: str) -> None:
    handoff = Handoff(settings=HandoffSettings(target_arn=TARGET_ARN))

    with pytest.raises(ValueError, match=r"^writes\[1\] must have one of ") as raised:
        handoff.commit([{"Delete": {}}, write], an_event())

    assert str(raised.value) == (
        f"writes[1] must have one of ConditionCheck, Delete, Put, Update, got {got}"
    )


def test_what_arrives_has_ids_of_up_to_512_characters_and_any_replays_from_0() -> None:
    for name in ("id", "correlationid"):
        received = ReceivedEvent.from_payload({**WIRE, name: "é" * 512, "replays": 10**6})
        assert "é" * 512 in (received.event_id, received.correlation_id)
        assert received.replays == 10**6
        with pytest.raises(UnreadableEventError, match="at most 512 characters, got 513"):
            ReceivedEvent.from_payload({**WIRE, name: "é" * 513})
        with pytest.raises(UnreadableEventError, match=f"{name} of the event must be text, but U"):
            ReceivedEvent.from_payload({**WIRE, name: "\ufdd0"})


def test_of_what_is_no_event_eight_names_are_shown() -> None:
    with pytest.raises(UnreadableEventError) as raised:
        ReceivedEvent.from_payload({str(each): each for each in range(9)})

    shown = ", ".join(f"'{each}'" for each in range(8))
    assert f"got an object with {shown}; invoke" in str(raised.value)
    with pytest.raises(UnreadableEventError, match="got an object with nothing; invoke"):
        ReceivedEvent.from_payload({})


def test_a_row_is_the_whole_event_and_read_again_as_it_was() -> None:
    event = an_event(log_fields={"order": "7"}, attributes={"type": "t"}, payload=b"[1.0]")

    row = row_of(event, 1_700)

    assert row == {
        "shard": {"S": "a"},
        "committed": {"S": "000000000001700#e"},
        "event_id": {"S": "e"},
        "correlation_id": {"S": "c"},
        "payload": {"B": b"[1.0]"},
        "log_fields": {"M": {"order": {"S": "7"}}},
        "attributes": {"M": {"type": {"S": "t"}}},
        "committed_at": {"N": "1700"},
        "next_attempt_at": {"N": "1700"},
        "attempts": {"N": "0"},
    }
    assert event_of(row) == event
    assert event_id_of(f"{position_of(1)}#a#b") == "a#b"


def test_no_release_moves_an_event_to_another_shard() -> None:
    found = [key_of(f"event-{each}", 1)["shard"]["S"] for each in range(40)]

    assert "".join(found) == "24e8bd7106428edb176071bde8245360acf93542"
    assert set(found) <= set(SHARDS)


def test_reports_are_added_and_the_oldest_stays_the_oldest() -> None:
    one = Report(oldest_age_seconds=7.5, backlog=2, handed_off=3, failed=5)
    other = Report(oldest_age_seconds=6.5, backlog=4, handed_off=6, failed=7)

    both = Report(oldest_age_seconds=7.5, backlog=6, handed_off=9, failed=12)
    assert one + other == other + one == both
    assert one + Report() == one
