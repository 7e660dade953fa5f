"""What a lease means."""

from __future__ import annotations

import pytest

from serverless_runtime.once.leases import InProgressError, Leases
from serverless_runtime.once.rows import RETENTION_SECONDS
from serverless_runtime.once.settings import LEASE_SECONDS
from serverless_runtime.shared import aws
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.once.sample_lease import lease, start
from tests.lambdas.tables import DELIVERIES


def test_what_is_finished_is_a_duplicate(leases: Leases) -> None:
    assert start(leases, lease("one")) == "acquired"
    assert leases.complete(lease("one"), "label-1")

    assert start(leases, lease("two")) == "done"


def test_what_is_released_can_be_started_again(leases: Leases) -> None:
    start(leases, lease("one"))
    assert leases.release(lease("one"), "no")

    assert start(leases, lease("two")) == "acquired"


def test_a_lease_keeps_others_out_until_it_ends(leases: Leases, clock: Clock) -> None:
    start(leases, lease("one"))

    clock.now += LEASE_SECONDS
    with pytest.raises(InProgressError, match="another attempt holds the lease of this event"):
        start(leases, lease("two"))

    clock.now += 1
    assert start(leases, lease("two")) == "acquired"


def test_an_attempt_that_outlived_its_lease_changes_nothing(leases: Leases, clock: Clock) -> None:
    start(leases, lease("late"))
    clock.now += LEASE_SECONDS + 1
    start(leases, lease("new"))

    assert not leases.complete(lease("late"), "label-1")
    assert not leases.release(lease("late"), "no")

    assert leases.complete(lease("new"), "label-2")
    assert not leases.release(lease("late"), "no")
    assert start(leases, lease("third")) == "done"


def test_an_attempt_nobody_replaced_may_finish_late(leases: Leases, clock: Clock) -> None:
    start(leases, lease("late"))
    clock.now += LEASE_SECONDS + 1

    assert leases.complete(lease("late"), "label-1")


def test_finishing_twice_is_finishing_once(leases: Leases) -> None:
    start(leases, lease())

    assert leases.complete(lease(), "label-1")
    assert leases.complete(lease(), "label-1")


def test_parts_are_done_apart(leases: Leases) -> None:
    start(leases, lease(part="label"))

    assert start(leases, lease("two", part="invoice")) == "acquired"


def test_the_row_records_how_it_ended_but_not_the_event(aws_in_memory: None, clock: Clock) -> None:
    leases = Leases(DELIVERIES, clock=clock)
    start(leases, lease())
    clock.now += 1
    leases.complete(lease(), "label-1")

    [row] = aws.boto3_client("dynamodb").scan(TableName=DELIVERIES)["Items"]

    assert {name: next(iter(value.values())) for name, value in row.items()} == {
        "event_id": "e-1",
        "part": "all",
        "status": "COMPLETED",
        "lease_owner": "one",
        "replays": "0",
        "correlation_id": "order-4711",
        "attempts": "1",
        "started_at": str(int(clock.now) - 1),
        "updated_at": str(int(clock.now)),
        "result": "label-1",
        "completed_at": str(int(clock.now)),
        "expires_at": str(int(clock.now) + RETENTION_SECONDS),
    }


def test_a_record_outlives_every_possible_replay() -> None:
    dead_letter_queue, event_age = 14 * 86_400, 6 * 3_600

    assert dead_letter_queue + event_age < RETENTION_SECONDS


def test_a_lease_outlasts_its_attempt_but_not_the_retry_delay() -> None:
    target_time_out, first_retry_delay = 45, 60

    assert target_time_out < LEASE_SECONDS < target_time_out + first_retry_delay
