"""What a lease means."""

from __future__ import annotations

import boto3
import pytest

from serverless_runtime.notification_service.delivery.deduplication import (
    LEASE_SECONDS,
    DeliveryInProgressError,
    DeliveryLeases,
)
from serverless_runtime.notification_service.delivery.table_rows import RETENTION_SECONDS
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.sample_delivery import EVENT, lease, start
from tests.lambdas.samples import a_task
from tests.lambdas.tables import DELIVERIES


def test_what_is_finished_is_a_duplicate(deliveries: DeliveryLeases) -> None:
    assert start(deliveries, lease("one")) == "acquired"
    assert deliveries.complete(lease("one"), "ses-1")

    assert start(deliveries, lease("two")) == "delivered"


def test_what_is_released_can_be_started_again(deliveries: DeliveryLeases) -> None:
    start(deliveries, lease("one"))
    assert deliveries.release(lease("one"), "no")

    assert start(deliveries, lease("two")) == "acquired"


def test_a_lease_keeps_others_out_until_it_ends(deliveries: DeliveryLeases, clock: Clock) -> None:
    start(deliveries, lease("one"))

    clock.now += LEASE_SECONDS
    with pytest.raises(
        DeliveryInProgressError, match="another attempt holds the lease of this event"
    ):
        start(deliveries, lease("two"))

    clock.now += 1
    assert start(deliveries, lease("two")) == "acquired"


def test_an_attempt_that_outlived_its_lease_changes_nothing(
    deliveries: DeliveryLeases, clock: Clock
) -> None:
    start(deliveries, lease("late"))
    clock.now += LEASE_SECONDS + 1
    start(deliveries, lease("new"))

    assert not deliveries.complete(lease("late"), "ses-1")
    assert not deliveries.release(lease("late"), "no")

    assert deliveries.complete(lease("new"), "ses-2")
    assert not deliveries.release(lease("late"), "no")
    assert start(deliveries, lease("third")) == "delivered"


def test_an_attempt_nobody_replaced_may_finish_late(
    deliveries: DeliveryLeases, clock: Clock
) -> None:
    start(deliveries, lease("late"))
    clock.now += LEASE_SECONDS + 1

    assert deliveries.complete(lease("late"), "ses-1")


def test_finishing_twice_is_finishing_once(deliveries: DeliveryLeases) -> None:
    start(deliveries, lease())

    assert deliveries.complete(lease(), "ses-1")
    assert deliveries.complete(lease(), "ses-1")


def test_channels_are_delivered_apart(deliveries: DeliveryLeases) -> None:
    start(deliveries, lease(channel="email"))

    assert start(deliveries, lease("two", channel="sms")) == "acquired"


def test_the_row_records_the_delivery_but_not_its_text(aws_in_memory: None, clock: Clock) -> None:
    deliveries = DeliveryLeases(DELIVERIES, clock=clock)
    start(deliveries, lease())
    clock.now += 1
    deliveries.complete(lease(), "ses-1")

    [row] = boto3.client("dynamodb").scan(TableName=DELIVERIES)["Items"]

    assert {name: next(iter(value.values())) for name, value in row.items()} == {
        "event_id": EVENT.event_id,
        "channel": "email",
        "status": "COMPLETED",
        "lease_owner": "one",
        "replays": "0",
        "task_id": a_task().task_id,
        "event_type": "task.created.v1",
        "correlation_id": "order-4711",
        "recipient": "t***@example.com",
        "attempts": "1",
        "started_at": str(int(clock.now) - 1),
        "updated_at": str(int(clock.now)),
        "provider_id": "ses-1",
        "completed_at": str(int(clock.now)),
        "expires_at": str(int(clock.now) + RETENTION_SECONDS),
    }


def test_a_record_outlives_every_possible_replay() -> None:
    dead_letter_queue, event_age = 14 * 86_400, 6 * 3_600

    assert dead_letter_queue + event_age < RETENTION_SECONDS


def test_a_lease_outlasts_its_attempt_but_not_the_retry_delay() -> None:
    target_time_out, first_retry_delay = 45, 60

    assert target_time_out < LEASE_SECONDS < target_time_out + first_retry_delay
