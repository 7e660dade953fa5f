"""The row of a lease after each step, whole, and what an attempt finds in it."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.once.leases import InProgressError, Lease, Leases, Start
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES

NOW, KEPT = 1_000, 1_814_400
DETAILS = {"correlation_id": "c-1", "subject": "s-1"}


@pytest.fixture
def leases(clock: Clock, aws_in_memory: None) -> Leases:
    clock.now = NOW + 0.9
    return Leases(DELIVERIES, clock=clock, lease_seconds=50)


def started(leases: Leases, owner: str, *, replays: int = 0, **settings: Any) -> Start:
    settings = {"guarantee": "at_least_once", "details": DETAILS, **settings}
    return leases.start(a_lease(owner), replays=replays, **settings)


def a_lease(owner: str) -> Lease:
    return Lease(event_id="e-1", part="label", owner=owner)


def row() -> dict[str, str]:
    [item] = aws.boto3_client("dynamodb").scan(TableName=DELIVERIES)["Items"]
    return {name: next(iter(value.values())) for name, value in item.items()}


HELD = {
    "event_id": "e-1",
    "part": "label",
    "status": "IN_PROGRESS",
    "lease_owner": "one",
    "lease_until": str(NOW + 50),
    "replays": "0",
    "expires_at": str(NOW + KEPT),
    "updated_at": str(NOW),
    "started_at": str(NOW),
    "attempts": "1",
    **DETAILS,
}
ENDED = {name: value for name, value in HELD.items() if name != "lease_until"}


def test_a_lease_is_held_until_its_end(leases: Leases, clock: Clock) -> None:
    assert started(leases, "one") == Start(found="acquired")
    assert row() == HELD
    clock.now = NOW + 50
    with pytest.raises(InProgressError) as raised:
        started(leases, "two")
    assert str(raised.value) == (
        "another attempt holds the lease of this event until 1050 (epoch seconds)"
    )

    clock.now = NOW + 51
    assert started(leases, "two", takes_over=False) == Start(found="ran_out")
    assert row() == HELD
    assert started(leases, "two", replays=1) == Start(found="acquired")
    assert row() == {
        **HELD,
        "lease_owner": "two",
        "lease_until": str(NOW + 101),
        "replays": "1",
        "expires_at": str(NOW + 51 + KEPT),
        "updated_at": str(NOW + 51),
        "attempts": "2",
    }


@pytest.mark.parametrize(
    ("result", "recorded"), [(None, {}), ("", {"result": ""}), ("r", {"result": "r"})]
)
def test_what_is_done_is_recorded_with_its_result(
    leases: Leases, clock: Clock, result: str | None, recorded: dict[str, str]
) -> None:
    started(leases, "one")
    clock.now += 7

    assert leases.complete(a_lease("one"), result)

    assert row() == {
        **ENDED,
        **recorded,
        "status": "COMPLETED",
        "completed_at": str(NOW + 7),
        "updated_at": str(NOW + 7),
        "expires_at": str(NOW + 7 + KEPT),
    }
    assert started(leases, "two", replays=9) == Start(found="done", result=result)


def test_what_is_given_up_waits_for_a_replay_that_is_newer(leases: Leases, clock: Clock) -> None:
    started(leases, "one", replays=2)
    clock.now += 7

    assert leases.give_up(a_lease("one"), "lost ann@a.example")

    given_up = {
        **ENDED,
        "replays": "2",
        "status": "GIVEN_UP",
        "error": "lost a***@a.example",
        "given_up_at": str(NOW + 7),
        "updated_at": str(NOW + 7),
        "expires_at": str(NOW + 7 + KEPT),
    }
    assert row() == given_up
    assert started(leases, "two", replays=1) == Start(found="superseded")
    same = Start(found="given_up", error="lost a***@a.example")
    assert started(leases, "two", replays=2) == same
    assert row() == given_up
    assert started(leases, "two", replays=3) == Start(found="acquired")
    assert "given_up_at" not in row()
    assert row()["attempts"] == "2"


def test_what_is_released_may_be_started_by_anybody(leases: Leases, clock: Clock) -> None:
    started(leases, "one")
    clock.now += 7

    assert leases.release(a_lease("one"), "busy")

    assert row() == {
        **ENDED,
        "status": "WAITING",
        "error": "busy",
        "updated_at": str(NOW + 7),
        "expires_at": str(NOW + 7 + KEPT),
    }
    assert started(leases, "two", takes_over=False) == Start(found="acquired")


@pytest.mark.parametrize("replays", [0, 1, 2])
def test_at_most_once_an_expired_lease_is_taken_over_by_a_newer_replay_alone(
    leases: Leases, clock: Clock, replays: int
) -> None:
    started(leases, "one", replays=1)
    clock.now += 51

    found = started(leases, "two", replays=replays, guarantee="at_most_once")

    expected = {0: "superseded", 1: "unknown", 2: "acquired"}[replays]
    assert found == Start(found=expected)  # type: ignore[arg-type]
    owner, attempts = ("one", "1") if replays == 0 else ("two", str(replays))
    assert (row()["lease_owner"], row()["attempts"]) == (owner, attempts)


def test_who_has_lost_a_lease_changes_nothing(leases: Leases, clock: Clock) -> None:
    started(leases, "one")
    clock.now += 51
    started(leases, "two")
    before = row()

    for end in (leases.complete, leases.give_up, leases.release):
        assert end(a_lease("one"), "late") is False
    assert row() == before
