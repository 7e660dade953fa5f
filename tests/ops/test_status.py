"""How a stack fares, in one word and on one screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.alarm_states import AlarmState
from ops.commands.status_lines import as_json, lines
from ops.dead_letter import DeadLetter
from ops.letter_queue import Depth
from ops.outbox import Backlog
from ops.relay_runs import RelayRun
from ops.status import Status
from serverless_runtime.notification_service.circuit_breaker.state import CircuitBreakerState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FINE = AlarmState(
    kind="outbox-age",
    name="stack-outbox-age",
    state="OK",
    since=NOON,
    says="Events wait. What to do: docs/runbook.md#outbox-age",
    actions=("arn:aws:sns:eu-west-1:123456789012:alarms",),
    actions_enabled=True,
)
WELL = Status(
    at=NOON,
    alarms=[FINE],
    backlog=Backlog(count=2, is_all=True, oldest_at=NOON - timedelta(seconds=2)),
    relay=RelayRun(at=NOON - timedelta(seconds=30), handed_off=1, failed=0),
    depth=Depth(0, 0),
    breakers={"email": CircuitBreakerState()},
)


def test_a_stack_in_which_nothing_waits_is_healthy() -> None:
    assert lines("dev", WELL) == [
        "Stack dev is healthy, 2026-03-01T12:00:00.000Z",
        "outbox        2 waiting, the oldest for 2s",
        "relay         ran 30s ago: handed off 1, failed 0",
        "dead letters  none",
        "breakers      all closed",
        "alarms        all 1 are OK",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"depth": Depth(0, 1)},
        {"backlog": Backlog(count=1, is_all=True, oldest_at=NOON - timedelta(seconds=121))},
        {"relay": None},
        {"relay": RelayRun(at=NOON - timedelta(seconds=181), handed_off=0, failed=0)},
        {"breakers": {"email": CircuitBreakerState(status="OPEN")}},
        {"alarms": [replace(FINE, state="MISSING")]},
    ],
)
def test_whatever_waits_or_stands_still_degrades_it(changed: dict[str, Any]) -> None:
    assert replace(WELL, **changed).health == "degraded"


def test_an_alarm_makes_it_unhealthy_whatever_else_is_unknown() -> None:
    status = replace(WELL, alarms=[replace(FINE, state="ALARM")], unread={"outbox": "denied"})

    assert status.health == "unhealthy"
    assert "    ALARM outbox-age: Events wait. What to do: docs/runbook.md#outbox-age" in lines(
        "dev", status
    )


def test_what_was_not_read_leaves_its_health_unknown_and_is_named() -> None:
    status = replace(WELL, alarms=[], unread={"alarms": "not allowed; it needs that"})

    assert status.health == "unknown"
    assert lines("dev", status)[-1] == "not read      alarms: not allowed; it needs that"
    assert not any(line.startswith("alarms") for line in lines("dev", status))


def test_without_an_outbox_no_relay_is_missed() -> None:
    status = replace(WELL, has_outbox=False, backlog=None, relay=None)

    assert status.health == "healthy"
    assert "outbox        none, delivery is direct" in lines("dev", status)


def test_dead_letters_are_grouped_by_reason() -> None:
    letter = DeadLetter(
        message_id="m", body="", record=None, problem="no JSON", sent_at=NOON - timedelta(hours=2)
    )
    status = replace(WELL, depth=Depth(2, 1), letters=[letter, letter])

    shown = lines("dev", status)
    assert "dead letters  2 visible, 1 being read" in shown
    assert "    2x, oldest 2h ago: unreadable: no JSON" in shown
    found = as_json("dev", status)
    assert (found["health"], found["dead_letters"]["being_read"]) == ("degraded", 1)
