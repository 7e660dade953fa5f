"""A stack in which everything is wrong at once, line for line and as one object."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serverless_ops.aws.queue_depth import Depth
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.failure_record import FailureRecord
from serverless_ops.outbox.relay_runs import RelayRun
from serverless_ops.outbox.waiting_events import Backlog
from serverless_ops.status.queue_backlog import QueueBacklog
from serverless_ops.status.screen import as_json, lines
from serverless_ops.status.status import QueueStatus, Status
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState
from tests.ops.status.test_status import FINE, NOON

GROUP = "MessageGroupId"


def _failed(minutes: int, error: str) -> DeadLetter:
    payload = '{"specversion":"1.0","id":"e-1","type":"order.paid.v1"}'
    return DeadLetter(
        message_id="m-1",
        body="",
        record=FailureRecord(payload=payload, reason=error, error_type="Failed"),
        sent_at=NOON - timedelta(minutes=minutes),
    )


BUSY = Status(
    at=NOON,
    alarms=[
        replace(FINE, name="depth", state="ALARM", since=NOON - timedelta(hours=1)),
        FINE,
        replace(FINE, name="cooling", state="ALARM", since=NOON - timedelta(minutes=9)),
        replace(FINE, name="new", state="INSUFFICIENT_DATA"),
    ],
    recovering=frozenset({"cooling"}),
    backlogs={
        "orders": Backlog(count=7, is_complete=False, oldest_at=NOON - timedelta(minutes=5)),
        "quotes": Backlog(count=0, is_complete=True, oldest_at=None),
    },
    relays={
        "orders": RelayRun(at=NOON - timedelta(minutes=4), handed_off=12, failed=3),
        "quotes": None,
        "added": None,
    },
    new_relays=frozenset({"added"}),
    sources={
        "orders": QueueBacklog(depth=Depth(3, 2, 4), oldest_at=NOON - timedelta(minutes=14)),
        "quotes": QueueBacklog(depth=Depth(1, 0, 0)),
    },
    queues={
        "orders": QueueStatus(
            depth=Depth(3, 2),
            dead_letters=[_failed(9, "once"), _failed(2, "mailbox"), _failed(3, "mailbox")],
        ),
        "quotes": QueueStatus(depth=Depth(0, 0)),
    },
    circuit_breakers={
        "orders": {"email": CircuitBreakerState(status="HALF_OPEN", last_error="HTTP 503")},
        "quotes": {"sms": CircuitBreakerState()},
    },
    unread={"dead letters returns": "denied", "logs": "no response within 10 s"},
)


def test_every_part_has_its_lines_and_then_what_to_do_next() -> None:
    assert lines("dev", BUSY) == [
        "Stack dev is unhealthy, 2026-03-01T12:00:00.000Z",
        "outbox            orders: 7 or more waiting, the oldest for 5m",
        "outbox            quotes: 0 waiting",
        "relay             orders: ran 4m ago: handed off 12, failed 3",
        "relay             quotes: no run in the last 15 minutes",
        "relay             added: no run yet, deployed just now",
        "queue             orders: 7 waiting, 2 in work, the oldest for 14m",
        "queue             quotes: 1 waiting, 0 in work",
        "dead letters      orders: 3 visible, 2 hidden",
        "    2x, oldest 3m ago: Failed: mailbox",
        "    1x, oldest 9m ago: Failed: once",
        "dead letters      quotes: none",
        "circuit breakers  orders: email: HALF_OPEN, HTTP 503",
        "alarms            2 of 4 are not OK, 1 has no data yet",
        "    ALARM depth for 1h: Events wait. What to do: docs/runbooks/outbox-age.md",
        "    ALARM cooling for 9m: recovering",
        "not read          dead letters returns: denied",
        "not read          logs: no response within 10 s",
        "next              python -m serverless_ops dead-letters list --stack dev",
        "next              python -m serverless_ops relay --stack dev",
        "next              python -m serverless_ops outbox list --stack dev",
        "next              python -m serverless_ops circuit-breakers --stack dev",
    ]


def test_programs_get_every_figure() -> None:
    assert as_json("dev", BUSY) == {
        "stack": "dev",
        "health": "unhealthy",
        "at": "2026-03-01T12:00:00.000Z",
        "outboxes": {
            "orders": {
                "waiting": 7,
                "is_complete": False,
                "oldest_at": "2026-03-01T11:55:00.000Z",
            },
            "quotes": {"waiting": 0, "is_complete": True, "oldest_at": None},
        },
        "last_relay_runs": {
            "orders": {"at": "2026-03-01T11:56:00.000Z", "handed_off": 12, "failed": 3},
            "quotes": None,
            "added": None,
        },
        "queues": {
            "orders": {"waiting": 7, "in_work": 2, "oldest_at": "2026-03-01T11:46:00.000Z"},
            "quotes": {"waiting": 1, "in_work": 0, "oldest_at": None},
        },
        "dead_letters": {
            "orders": {
                "visible": 3,
                "hidden": 2,
                "groups": [
                    {
                        "error": "Failed: mailbox",
                        "count": 2,
                        "oldest_at": "2026-03-01T11:57:00.000Z",
                        "event_types": {"order.paid.v1": 2},
                    },
                    {
                        "error": "Failed: once",
                        "count": 1,
                        "oldest_at": "2026-03-01T11:51:00.000Z",
                        "event_types": {"order.paid.v1": 1},
                    },
                ],
            },
            "quotes": {"visible": 0, "hidden": 0, "groups": []},
        },
        "circuit_breakers": {"orders": {"email": "HALF_OPEN"}, "quotes": {"sms": "CLOSED"}},
        "alarms": {
            "depth": "ALARM",
            "outbox-age": "OK",
            "cooling": "ALARM",
            "new": "INSUFFICIENT_DATA",
        },
        "recovering": ["cooling"],
        "not_read": {"dead letters returns": "denied", "logs": "no response within 10 s"},
    }


def test_the_next_commands_are_those_of_what_is_wrong_only() -> None:
    hidden = replace(BUSY, queues={"orders": QueueStatus(depth=Depth(0, 1))})
    well = Status(at=NOON)

    assert "    ALARM depth" not in "".join(lines("dev", well))
    assert [line for line in lines("dev", well) if line.startswith("next")] == []
    assert "dead letters      0 visible, 1 hidden" not in lines("dev", hidden)
    assert "dead letters      orders: 0 visible, 1 hidden" in lines("dev", hidden)
    assert "next              python -m serverless_ops dead-letters list --stack dev" in lines(
        "dev", hidden
    )


def test_what_is_parked_is_named_by_its_message_groups() -> None:
    parked = [
        replace(_failed(1, "parked"), parked_sequence=number, system_attributes={GROUP: group})
        for number, group in (("1", "7"), ("2", "7"), ("3", "8"))
    ]
    queue = QueueStatus(depth=Depth(3, 0), dead_letters=parked)

    shown = lines("dev", replace(BUSY, queues={"bookings": queue}))

    assert "    message groups 7 2, 8 1" in shown
