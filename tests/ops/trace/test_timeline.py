"""What each step of a timeline says, whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serverless_ops.aws.logs import LogLine
from serverless_ops.trace.timeline import (
    Step,
    dead_letter_step,
    delivery_step,
    in_time_order,
    log_steps,
    outbox_step,
    summarize,
)
from tests.ops.dead_letters.samples import a_dead_letter, an_event
from tests.ops.trace.test_collect import DELIVERED, NOON, WAITING, a_line

IDS: dict[str, Any] = {"event_id": "e-1", "correlation_id": "c-1"}


def _what(line: LogLine) -> list[str]:
    return [step.what for step in log_steps([line])]


def test_a_line_is_a_step_with_the_other_ids_it_has() -> None:
    line = a_line("sent", 3, **IDS, order_id="o-1", provider_id="p-1", request_id="", count_id=7)

    assert log_steps([line]) == [
        Step(
            at=line.at,
            where="send-notification",
            what="sent as p-1",
            event_id="e-1",
            correlation_id="c-1",
            about={"order_id": "o-1"},
        )
    ]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({}, "sent"),
        ({"channel": "sms"}, "sms: sent"),
        ({"provider_id": "p"}, "sent as p"),
        ({"errorMessage": "full"}, "sent: full"),
        ({"channel": "sms", "provider_id": "p", "errorMessage": "full"}, "sms: sent as p: full"),
        ({"method": "GET", "route": "/a", "status": 200}, "GET /a returned 200"),
        ({"method": "GET", "route": "/a", "status": 500, "errorMessage": "x"}, "GET /a returned "
         "500: x"),
        ({"method": "GET", "route": "/a"}, "sent"),
        ({"method": "GET", "status": 200}, "sent"),
        ({"route": "/a", "status": 200}, "sent"),
    ],
)  # fmt: skip
def test_a_line_is_told_with_what_is_known(fields: dict[str, Any], what: str) -> None:
    assert _what(a_line("sent", **fields)) == [what]


def test_a_replay_is_shown_once_before_its_first_line_and_for_each_event() -> None:
    lines = [
        a_line("c", 3, event_id="e-1", replays=2),
        a_line("a", 1, event_id="e-1", replays=0),
        a_line("b", 2, event_id="e-1", replays=1),
        a_line("b2", 2, event_id="e-1", replays=1),
        a_line("d", 4, event_id="e-2", replays=1),
        a_line("e", 5, event_id="e-1", replays="9"),
    ]

    shown = [(step.where, step.what) for step in log_steps(lines)]

    own = "send-notification"
    assert shown == [
        (own, "a"),
        ("replay", "replayed from the dead-letter queue (replay 1)"),
        (own, "b"),
        (own, "b2"),
        ("replay", "replayed from the dead-letter queue (replay 2)"),
        (own, "c"),
        ("replay", "replayed from the dead-letter queue (replay 1)"),
        (own, "d"),
        (own, "e"),
    ]


def test_what_waits_in_the_outbox_is_a_step() -> None:
    assert outbox_step(WAITING) == Step(
        at=NOON,
        where="outbox",
        what="committed, still waiting: 3 relay attempts, the next after 2026-03-01T12:01:00.000Z",
        event_id="e-1",
        correlation_id="c-1",
        about={"order_id": "o-1"},
    )


def test_a_delivery_is_a_step_with_its_provider_and_its_error() -> None:
    failed = replace(DELIVERED, status="WAITING", provider_id=None, error="busy")

    assert delivery_step(DELIVERED) == Step(
        at=NOON + timedelta(seconds=9),
        where="deliveries",
        what="email to t***@example.com: COMPLETED, attempts 2, provider id ses-1",
        event_id="e-1",
        correlation_id="c-1",
        about={"subject": "o-1"},
    )
    assert delivery_step(failed).what == (
        "email to t***@example.com: WAITING, attempts 2, last error: busy"
    )


@pytest.mark.parametrize(("moved", "when"), [(False, ""), (True, "sent; ")])
def test_a_dead_letter_is_a_step(when: str, *, moved: bool) -> None:
    found = a_dead_letter(
        payload=an_event(correlationid="c-1"), record={"moved": moved}, sent_at=NOON
    )

    assert dead_letter_step(found) == Step(
        at=NOON,
        where="dead letters",
        what=f"{when}dead-lettered, waiting for replay: MailboxFullError: mailbox is full",
        event_id="e-1",
        correlation_id="c-1",
        about={"subject": "o-1"},
    )


def test_steps_are_in_the_order_of_time_and_those_without_one_come_first() -> None:
    def step(what: str, second: int | None) -> Step:
        at = None if second is None else NOON + timedelta(seconds=second)
        return Step(at=at, where="", what=what, event_id=None, correlation_id=None)

    steps = [step("c", 2), step("a", None), step("b", 1), step("d", 2), step("a2", None)]

    assert [each.what for each in in_time_order(steps)] == ["a", "a2", "b", "c", "d"]
    assert dict(steps[0].about) == {}


SMS = replace(DELIVERED, channel="sms")
FAILED = replace(DELIVERED, channel="push", status="DEAD_LETTERED")
LATER = replace(DELIVERED, channel="web", status="WAITING")


@pytest.mark.parametrize(
    ("records", "in_outbox", "dead_letters", "summary"),
    [
        ([], True, 1, "1 dead letter: fix the cause, then dead-letters replay"),
        ([DELIVERED], False, 2, "2 dead letters: fix the cause, then dead-letters replay"),
        ([DELIVERED, LATER], True, 0, "waiting in the outbox for the relay"),
        ([DELIVERED, FAILED, LATER], False, 0, "not delivered by push, web"),
        ([DELIVERED, SMS], False, 0, "delivered by email, sms"),
        ([], False, 0, "neither waiting nor dead-lettered, and no delivery is recorded"),
    ],
)
def test_the_state_of_an_event_is_told_in_one_line(
    records: list[Any], dead_letters: int, summary: str, *, in_outbox: bool
) -> None:
    assert summarize(records, in_outbox=in_outbox, dead_letters=dead_letters) == summary
