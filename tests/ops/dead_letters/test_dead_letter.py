"""What a dead letter is known by, and what of it is counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.error_groups import describe, group_by_error
from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from tests.ops.dead_letters.samples import MINUTE, NOON, a_dead_letter, an_event, unreadable


def test_everything_that_is_known_is_described_and_nothing_of_the_payload() -> None:
    record = {
        "error_code": "500",
        "condition": "RetriesExhausted",
        "attempts": 3,
        "function": "arn:f",
        "request_id": "r-1",
        "source_arn": "arn:s",
        "target_arn": "arn:t",
        "failed_at": "2026-03-01T11:59:00.5Z",
    }
    payload = an_event(replays=2, correlationid="c-1", data={"secret": 1})

    found = describe(
        a_dead_letter(
            payload=payload,
            record=record,
            sent_at=NOON,
            receives=4,
            system_attributes={"MessageGroupId": "g-1"},
            parked_sequence="17",
        )
    )

    assert found == {
        "message_id": "m-1",
        "event_id": "e-1",
        "type": "order.paid.v1",
        "subject": "o-1",
        "readable": True,
        "error": "MailboxFullError: mailbox is full",
        "error_code": "500",
        "condition": "RetriesExhausted",
        "attempts": 3,
        "replays": 2,
        "function": "arn:f",
        "request_id": "r-1",
        "source": "arn:s",
        "target": "arn:t",
        "message_group": "g-1",
        "parked_sequence": "17",
        "failed_at": "2026-03-01T11:59:00.500Z",
        "sent_at": "2026-03-01T12:00:00.000Z",
        "receives": 4,
    }


def test_of_an_unreadable_one_only_the_message_is_known() -> None:
    found = {name: value for name, value in describe(unreadable()).items() if value is not None}

    assert found == {
        "message_id": "u-1",
        "readable": False,
        "error": "unreadable: no JSON",
        "receives": 0,
    }


def test_a_moved_message_has_no_time_of_failure_and_counts_no_replays() -> None:
    moved = a_dead_letter(payload=an_event(replays=2), record={"moved": True}, sent_at=NOON)
    found = describe(moved)

    assert (found["failed_at"], found["replays"], found["event_id"]) == (None, None, "e-1")
    assert (moved.replays, moved.counted_payload()) == (0, an_event(replays=2))


def _read(message: Any) -> FailureRecord:
    return FailureRecord(payload=message["Body"], reason="r")


def test_a_message_is_taken_as_sqs_returned_it() -> None:
    system = {"SentTimestamp": "1772366400500", "ApproximateReceiveCount": "7"}
    attributes = {"a": {"DataType": "String", "StringValue": "x"}}
    message = {
        "MessageId": "m-9",
        "Body": "{}",
        "Attributes": system,
        "MessageAttributes": attributes,
    }

    assert DeadLetter.from_message(message, _read) == DeadLetter(
        message_id="m-9",
        body="{}",
        record=FailureRecord(payload="{}", reason="r"),
        sent_at=datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC),
        receives=7,
        attributes=attributes,
        system_attributes=system,
    )


def test_what_sqs_does_not_say_is_not_known() -> None:
    def unreadable_(message: Any) -> FailureRecord:
        raise UnreadableDeadLetterError("too odd")

    found = DeadLetter.from_message({"MessageId": "m-9", "Body": "?"}, unreadable_)

    assert found == DeadLetter(message_id="m-9", body="?", problem="too odd")
    assert (found.sent_at, found.receives, dict(found.attributes)) == (None, 0, {})
    assert (dict(found.fields), found.counted_payload()) == ({}, "?")


@pytest.mark.parametrize(
    ("replays", "counted"),
    [(None, 0), (0, 0), (1, 1), (7, 7), (-1, 0), (True, 0), (1.5, 0), ("3", 0)],
)
def test_replays_are_a_whole_number_or_none(replays: object, counted: int) -> None:
    attributes: dict[str, Any] = {} if replays is None else {"replays": replays}
    dead_letter = a_dead_letter(payload=an_event(**attributes))

    assert dead_letter.replays == counted
    assert json.loads(dead_letter.counted_payload())["replays"] == counted + 1


@pytest.mark.parametrize(
    ("payload", "is_event"),
    [
        ('{"specversion":"1.0","id":"e"}', True),
        ('{"specversion":"1.0"}', False),
        ('{"id":"e"}', False),
        ('{"specversion":"1.0","id":""}', False),
        ('{"specversion":1,"id":"e"}', False),
        ("[]", False),
    ],
)
def test_an_event_has_a_version_and_an_id(payload: str, *, is_event: bool) -> None:
    found = a_dead_letter(payload=payload)

    assert (found.is_cloud_event, found.counts_replays) == (is_event, is_event)
    assert ("replays" in found.counted_payload()) is is_event


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (a_dead_letter("a"), a_dead_letter("b"), True),
        (a_dead_letter("a"), a_dead_letter("b", an_event("e-2")), False),
        (a_dead_letter("a"), a_dead_letter("b", an_event(source="/x")), False),
        (a_dead_letter("a", "[1]"), a_dead_letter("b", "[1]"), True),
        (a_dead_letter("a", "[1]"), a_dead_letter("b", "[2]"), False),
        (
            a_dead_letter("a", record={"moved": True}),
            a_dead_letter("b", record={"moved": True}),
            False,
        ),
        (unreadable("a"), unreadable("b"), False),
    ],
)
def test_two_messages_with_one_event_have_one_identity(
    one: DeadLetter, other: DeadLetter, *, same: bool
) -> None:
    assert (one.identity == other.identity) is same


@pytest.mark.parametrize(
    ("failed_at", "expected"),
    [("2026-03-01T11:00:00Z", NOON - 60 * MINUTE), (None, NOON), ("yesterday", NOON), ("", NOON)],
)
def test_it_failed_when_its_record_says_or_when_it_was_sent(
    failed_at: str | None, expected: datetime
) -> None:
    assert a_dead_letter(record={"failed_at": failed_at}, sent_at=NOON).failed_at == expected


@pytest.mark.parametrize(
    ("sent_at", "at", "after"),
    [
        (NOON, NOON, False),
        (NOON + MINUTE, NOON, True),
        (NOON - MINUTE, NOON, False),
        (None, NOON, False),
        (NOON, None, False),
    ],
)
def test_it_arrived_after_a_time_only_if_both_are_known(
    sent_at: datetime | None, at: datetime | None, *, after: bool
) -> None:
    assert a_dead_letter(sent_at=sent_at).arrived_after(at) is after


@pytest.mark.parametrize(
    ("error_type", "reason", "error"),
    [("T", "r", "T: r"), (None, "r", "r"), ("T", "", "T")],
)
def test_its_error_is_what_is_known_of_type_and_reason(
    error_type: str | None, reason: str, error: str
) -> None:
    record = {"error_type": error_type, "reason": reason}
    assert a_dead_letter(record=record).error == error


def test_groups_are_ordered_by_size_and_then_by_error() -> None:
    def failed(reason: str, minutes: int = 0, payload: str | None = None) -> DeadLetter:
        sent_at = NOON + minutes * MINUTE
        return a_dead_letter(payload=payload, record={"reason": reason}, sent_at=sent_at)

    groups = group_by_error(
        [failed("b"), failed("c", 2), failed("a"), failed("c", 1, "[]"), failed("c", 3)]
    )

    assert [each.as_json() for each in groups] == [
        {
            "error": "MailboxFullError: c",
            "count": 3,
            "oldest_at": "2026-03-01T12:01:00.000Z",
            "event_types": {"order.paid.v1": 2, "no event type": 1},
        },
        *(
            {
                "error": f"MailboxFullError: {reason}",
                "count": 1,
                "oldest_at": "2026-03-01T12:00:00.000Z",
                "event_types": {"order.paid.v1": 1},
            }
            for reason in ("a", "b")
        ),
    ]
    assert group_by_error([unreadable()])[0].oldest_at is None
