"""The timeline of an event, from everything that is known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from serverless_ops.aws.logs import LogLine
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.deliveries.delivery_records import DeliveryRecord
from serverless_ops.outbox.waiting_events import WaitingEvent
from serverless_ops.trace.collect_event import trace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDS: dict[str, Any] = {"event_id": "e-1", "order_id": "o-1", "correlation_id": "c-1"}

DELIVERED = DeliveryRecord(
    event_type="order.paid.v1",
    channel="email",
    recipient="t***@example.com",
    status="COMPLETED",
    attempts=2,
    replays=0,
    provider_id="ses-1",
    error=None,
    started_at=NOON,
    updated_at=NOON + timedelta(seconds=9),
    completed_at=NOON,
    dead_lettered_at=None,
    leased_until=None,
    event_id="e-1",
    subject="o-1",
    correlation_id="c-1",
)
WAITING = WaitingEvent(
    event_id="e-1",
    about={"order_id": "o-1"},
    correlation_id="c-1",
    committed_at=NOON,
    attempts=3,
    next_attempt_at=NOON + timedelta(minutes=1),
)


def a_line(message: str, second: int = 0, **fields: Any) -> LogLine:
    return LogLine(
        at=NOON + timedelta(seconds=second),
        function="send-notification",
        fields={"message": message, **fields},
    )


@dataclass
class Known:
    """Implements `Sources` with what a test gives."""

    logged: list[LogLine] = field(default_factory=list)
    delivered: list[DeliveryRecord] = field(default_factory=list)
    waiting: list[WaitingEvent] = field(default_factory=list)
    buried: list[DeadLetter] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The events whose deliveries were read."""

    def lines(self, text: str) -> list[LogLine]:
        return [line for line in self.logged if text in str(line.fields)]

    def deliveries(self, event_id: str) -> list[DeliveryRecord]:
        self.asked.append(event_id)
        return [each for each in self.delivered if each.event_id == event_id]

    def deliveries_about(self, subject: str) -> list[DeliveryRecord]:
        return [each for each in self.delivered if each.subject == subject]

    def outbox(self) -> list[WaitingEvent]:
        return self.waiting

    def dead_letters(self) -> list[DeadLetter]:
        return self.buried


def test_steps_are_in_time_order_wherever_they_come_from() -> None:
    known = Known(
        logged=[
            a_line("notification sent", 8, channel="email", provider_id="ses-1", **IDS),
            a_line("handed off", 1, **IDS),
        ],
        delivered=[DELIVERED],
    )

    found = [(step.where, step.what) for step in trace("c-1", known).steps]

    assert found == [
        ("send-notification", "handed off"),
        ("send-notification", "email: notification sent as ses-1"),
        ("deliveries", "email to t***@example.com: COMPLETED, attempts 2, provider id ses-1"),
    ]


def test_what_is_known_by_the_event_alone_is_found_from_a_correlation_id() -> None:
    only_event = a_line("outbox row not claimed", 2, event_id="e-1")
    known = Known(logged=[a_line("handed off", 1, **IDS), only_event])

    steps = trace("c-1", known).steps

    assert steps[1].what == "outbox row not claimed"


def test_what_only_mentions_the_id_is_not_in_the_timeline() -> None:
    stranger = a_line("not delivered", 1, event_id="e-2", errorMessage="after e-1")

    assert trace("e-1", Known(logged=[stranger])).steps == []


def test_each_replay_is_shown_once_before_its_first_attempt() -> None:
    lines = [
        a_line("not delivered", 1, channel="email", replays=0, errorMessage="full", **IDS),
        a_line("not delivered", 5, channel="email", replays=1, errorMessage="full", **IDS),
        a_line("not delivered", 6, channel="sms", replays=1, errorMessage="full", **IDS),
        a_line("notification sent", 9, channel="email", replays=2, **IDS),
    ]

    wheres = [step.where for step in trace("e-1", Known(logged=lines)).steps]

    target = "send-notification"
    assert wheres == [target, "replay", target, target, "replay", target]


def test_a_channel_whose_circuit_breaker_is_open_was_not_attempted() -> None:
    line = a_line(
        "not delivered",
        channel="webhook",
        errorType="NotTriedError",
        errorMessage="nothing was sent: the circuit breaker of webhook is open",
        **IDS,
    )

    [step] = trace("e-1", Known(logged=[line])).steps

    assert (
        step.what
        == "webhook: not delivered: nothing was sent: the circuit breaker of webhook is open"
    )


def test_what_a_consumer_logs_of_a_message_is_found_by_what_the_message_contains() -> None:
    record = FailureRecord(payload='{"id": "e-1"}', reason="not deleted", moved=True)
    dead_letter = DeadLetter(message_id="m-1", body="", record=record, sent_at=NOON)
    lines = [a_line("message failed", 1, message_id="m-1"), a_line("other", message_id="m-2")]

    found = trace("e-1", Known(buried=[dead_letter], logged=lines))

    assert [each.what for each in found.steps] == [
        "sent; dead-lettered, waiting for replay: not deleted",
        "message failed",
    ]


def test_a_message_that_contains_no_event_is_summarized_by_its_own_id() -> None:
    record = FailureRecord(payload="no JSON", reason="not deleted", moved=True)
    dead_letter = DeadLetter(message_id="m-1", body="", record=record, sent_at=NOON)

    assert trace("m-1", Known(buried=[dead_letter])).summaries == {
        "m-1": "1 dead letter: fix the cause, then dead-letters replay"
    }


def test_the_summary_shows_where_an_event_is_now() -> None:
    dead_letter = DeadLetter(message_id="m", body="", record=None, problem="no JSON")
    failed = replace(DELIVERED, channel="sms", status="WAITING")

    def now(**known: Any) -> str:
        return trace("e-1", Known(**known)).summaries.get("e-1", "unknown")

    assert now(delivered=[DELIVERED]) == "delivered by email"
    assert now(delivered=[DELIVERED, failed]) == "not delivered by sms"
    assert now(waiting=[WAITING]) == "waiting in the outbox for the relay"
    assert now(logged=[a_line("handed off", **IDS)]) == (
        "neither waiting nor dead-lettered, and no delivery is recorded"
    )
    assert now(buried=[dead_letter]) == "unknown"


def test_what_events_are_about_leads_to_them_whatever_its_log_field_is_called() -> None:
    known = Known(
        logged=[
            a_line("handed off", 1, **IDS),
            a_line("shipped", 2, event_id="e-1", correlation_id="c-1"),
        ],
        delivered=[DELIVERED],
        waiting=[WAITING],
    )

    steps = trace("o-1", known).steps

    assert [step.where for step in steps] == [
        "outbox",
        "send-notification",
        "send-notification",
        "deliveries",
    ]
    assert [dict(step.about) for step in steps] == [
        {"order_id": "o-1"},
        {"order_id": "o-1"},
        {},
        {"subject": "o-1"},
    ]


@pytest.mark.parametrize("wanted", ["e-0", "e-2", "e-4", "c-1", "z-1"])
def test_the_deliveries_of_each_event_are_read_once(wanted: str) -> None:
    events = ("e-1", "e-2", "e-3")
    known = Known(
        logged=[
            a_line("handed off", second, event_id=event_id, request_id=wanted)
            for second, event_id in enumerate(events)
        ],
        delivered=[replace(DELIVERED, event_id=event_id, subject="o") for event_id in events],
    )

    found = trace(wanted, known)

    assert found.summaries == dict.fromkeys(events, "delivered by email")
    assert sorted(known.asked) == sorted({wanted, *events})


def test_an_unknown_id_has_no_timeline() -> None:
    assert trace("e-9", Known(delivered=[DELIVERED], waiting=[WAITING])).steps == []
