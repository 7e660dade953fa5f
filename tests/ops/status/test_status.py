"""The health of a stack, in one word and on one screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from serverless_ops.alarms.alarm_state import AlarmState
from serverless_ops.aws.queue_depth import Depth
from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.outbox.relay_runs import RelayRun
from serverless_ops.outbox.waiting_events import Backlog
from serverless_ops.status.queue_backlog import QueueBacklog
from serverless_ops.status.screen import as_json, lines
from serverless_ops.status.status import QueueStatus, Status
from serverless_runtime.circuit_breaker.rows import (
    CircuitBreakerState,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENTS = "task-events"
LONG_AGO = NOON - timedelta(seconds=181)
FINE = AlarmState(
    name="outbox-age",
    cloudwatch_name="stack-outbox-age",
    state="OK",
    since=NOON,
    description="Events wait. What to do: docs/runbooks/outbox-age.md",
    actions=("arn:aws:sns:eu-west-1:123456789012:alarms",),
    actions_enabled=True,
)
WELL = Status(
    at=NOON,
    alarms=[FINE],
    backlogs={
        EVENTS: Backlog(count=2, is_complete=True, oldest_at=NOON - timedelta(seconds=2)),
    },
    relays={EVENTS: RelayRun(at=NOON - timedelta(seconds=30), handed_off=1, failed=0)},
    queues={EVENTS: QueueStatus(depth=Depth(0, 0))},
    circuit_breakers={"notifications": {"email": CircuitBreakerState()}},
)


def test_a_stack_in_which_nothing_waits_is_healthy() -> None:
    assert lines("dev", WELL) == [
        "Stack dev is healthy, 2026-03-01T12:00:00.000Z",
        "outbox            2 waiting, the oldest for 2s",
        "relay             ran 30s ago: handed off 1, failed 0",
        "dead letters      none",
        "circuit breakers  all closed",
        "alarms            all 1 are OK",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"queues": {EVENTS: QueueStatus(depth=Depth(0, 1))}},
        {
            "backlogs": {
                EVENTS: Backlog(count=1, is_complete=True, oldest_at=NOON - timedelta(seconds=121))
            }
        },
        {"relays": {EVENTS: None}},
        {"relays": {EVENTS: RelayRun(at=LONG_AGO, handed_off=0, failed=0)}},
        {"circuit_breakers": {"notifications": {"email": CircuitBreakerState(status="OPEN")}}},
        {"alarms": [replace(FINE, state="MISSING")]},
    ],
)
def test_whatever_waits_or_has_stopped_degrades_it(changed: dict[str, Any]) -> None:
    assert replace(WELL, **changed).health == "degraded"


@pytest.mark.parametrize(
    "changed",
    [
        {
            "backlogs": {
                EVENTS: Backlog(count=1, is_complete=True, oldest_at=NOON - timedelta(seconds=120))
            }
        },
        {"relays": {EVENTS: RelayRun(at=LONG_AGO + timedelta(seconds=1), handed_off=0, failed=1)}},
        {"alarms": [replace(FINE, state="INSUFFICIENT_DATA")]},
        {"circuit_breakers": {}},
    ],
)
def test_what_is_within_its_limits_does_not_degrade_it(changed: dict[str, Any]) -> None:
    assert replace(WELL, **changed).health == "healthy"


def test_an_alarm_makes_it_unhealthy_whatever_else_is_unknown() -> None:
    status = replace(WELL, alarms=[replace(FINE, state="ALARM")], unread={"outbox": "denied"})

    assert status.health == "unhealthy"
    assert (
        "    ALARM outbox-age for 0s: Events wait. What to do: docs/runbooks/outbox-age.md"
        in lines("dev", status)
    )


def test_what_was_not_read_leaves_its_health_unknown_and_is_named() -> None:
    status = replace(WELL, alarms=[], unread={"alarms": "not allowed; it needs that"})

    assert status.health == "unknown"
    assert lines("dev", status)[-1] == "not read          alarms: not allowed; it needs that"
    assert not any(line.startswith("alarms") for line in lines("dev", status))


def test_without_an_outbox_no_relay_is_missed() -> None:
    status = replace(WELL, backlogs={}, relays={})

    assert status.health == "healthy"
    assert not any(line.startswith(("outbox", "relay")) for line in lines("dev", status))


def test_several_of_a_kind_are_shown_with_their_names() -> None:
    queue = QueueStatus(depth=Depth(1, 0))
    status = replace(WELL, queues={EVENTS: WELL.queues[EVENTS], "orders": queue})

    shown = lines("dev", status)
    assert "dead letters      task-events: none" in shown
    assert "dead letters      orders: 1 visible, 0 hidden" in shown
    assert status.health == "degraded"


OPEN = CircuitBreakerState(status="OPEN", last_error="SES did not respond")


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ({}, "email: OPEN, SES did not respond"),
        (
            {"orders": {"sms": CircuitBreakerState()}},
            "notifications: email: OPEN, SES did not respond",
        ),
    ],
)
def test_an_open_circuit_breaker_is_shown_with_its_service_beside_others(
    others: dict[str, Any], shown: str
) -> None:
    mine = {"sms": CircuitBreakerState(), "email": OPEN}
    status = replace(WELL, circuit_breakers={"notifications": mine, **others})

    found = [line for line in lines("dev", status) if line.startswith("circuit breakers")]
    assert found == [f"circuit breakers  {shown}"]
    assert lines("dev", status)[-1].endswith("serverless_ops circuit-breakers --stack dev")


def test_each_consumer_has_a_line_for_its_queue() -> None:
    waiting = QueueBacklog(depth=Depth(3, 2, 4), oldest_at=NOON - timedelta(seconds=9))
    status = replace(WELL, sources={"orders": waiting})
    two = replace(status, sources={"orders": waiting, "mail": QueueBacklog(depth=Depth(0, 0))})

    assert "queue             7 waiting, 2 in work, the oldest for 9s" in lines("dev", status)
    assert "queue             orders: 7 waiting, 2 in work, the oldest for 9s" in lines("dev", two)
    assert "queue             mail: 0 waiting, 0 in work" in lines("dev", two)
    assert as_json("dev", status)["queues"]["orders"] == {
        "waiting": 7,
        "in_work": 2,
        "oldest_at": "2026-03-01T11:59:51.000Z",
    }


def test_alarms_that_are_not_ok_are_counted_among_all() -> None:
    missing, new = (
        replace(FINE, name="a", state="MISSING", since=None),
        replace(FINE, name="b", state="INSUFFICIENT_DATA"),
    )

    shown = lines("dev", replace(WELL, alarms=[FINE, missing, new]))

    assert "alarms            1 of 3 are not OK, 1 has no data yet" in shown
    assert f"    MISSING a: {FINE.description}" in shown


def test_an_outbox_of_more_than_can_be_counted_and_a_relay_that_has_stopped_are_shown() -> None:
    backlog = Backlog(count=500, is_complete=False, oldest_at=LONG_AGO)
    status = replace(WELL, backlogs={EVENTS: backlog}, relays={EVENTS: None})

    shown = lines("dev", status)
    assert "outbox            500 or more waiting, the oldest for 3m 1s" in shown
    assert "relay             no run in the last 15 minutes" in shown
    assert [line.split()[3] for line in shown if line.startswith("next")] == ["serverless_ops"] * 2
    assert shown[-2].endswith("relay --stack dev")
    assert shown[-1].endswith("outbox list --stack dev")


def test_a_part_keeps_its_name_if_the_others_could_not_be_read() -> None:
    status = replace(WELL, unread={"dead letters orders": "access denied", "outbox b": "denied"})

    shown = lines("dev", status)
    assert "dead letters      task-events: none" in shown
    assert "outbox            task-events: 2 waiting, the oldest for 2s" in shown


def test_dead_letters_are_grouped_by_reason() -> None:
    dead_letter = DeadLetter(
        message_id="m", body="", record=None, problem="no JSON", sent_at=NOON - timedelta(hours=2)
    )
    queue = QueueStatus(depth=Depth(2, 1), dead_letters=[dead_letter, dead_letter])
    status = replace(WELL, queues={EVENTS: queue})

    shown = lines("dev", status)
    assert "dead letters      2 visible, 1 hidden" in shown
    assert "    2x, oldest 2h ago: unreadable: no JSON" in shown
    found = as_json("dev", status)
    assert (found["health"], found["dead_letters"][EVENTS]["hidden"]) == ("degraded", 1)


def test_an_incident_that_is_over_is_recovering_while_its_alarms_cool_down() -> None:
    firing = replace(FINE, state="ALARM", since=NOON - timedelta(minutes=4))
    status = replace(WELL, alarms=[firing], recovering=frozenset({"outbox-age"}))

    assert status.health == "recovering"
    assert "    ALARM outbox-age for 4m: recovering" in lines("dev", status)
    waiting = {EVENTS: QueueStatus(depth=Depth(1, 0))}
    assert replace(status, queues=waiting).health == "degraded"
    assert replace(status, recovering=frozenset()).health == "unhealthy"


def test_a_stack_that_was_just_deployed_is_healthy_and_says_so_in_a_line_each() -> None:
    new = replace(FINE, state="INSUFFICIENT_DATA")
    status = replace(
        WELL, alarms=[FINE, new, new], relays={EVENTS: None}, new_relays=frozenset({EVENTS})
    )

    shown = lines("dev", status)
    assert status.health == "healthy"
    assert "alarms            1 of 3 are OK, 2 have no data yet" in shown
    assert "relay             no run yet, deployed just now" in shown
    assert len(shown) == 6


def test_what_to_do_next_is_named_with_its_command() -> None:
    status = replace(WELL, queues={EVENTS: QueueStatus(depth=Depth(3, 0))})

    assert lines("dev", status)[-1] == (
        "next              python -m serverless_ops dead-letters list --stack dev"
    )
