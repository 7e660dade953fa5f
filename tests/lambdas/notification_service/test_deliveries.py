"""What a lease means; the table and the fake that stands for it pass the same tests."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from lambdas.notification_service.dynamo_deliveries import (
    KEPT_SECONDS,
    LEASE_SECONDS,
    DynamoDeliveries,
)
from lambdas.notification_service.notify import Deliveries, DeliveryInProgressError, Lease
from lambdas.shared import aws
from tests.lambdas.notification_service.in_memory_deliveries import InMemoryDeliveries
from tests.lambdas.samples import a_task, an_event
from tests.lambdas.tables import DELIVERIES

EVENT = an_event()


class Clock:
    now = 1_772_357_400.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["table", "fake"])
def deliveries(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> Deliveries:
    if request.param == "table":
        return DynamoDeliveries(DELIVERIES, clock=clock)
    return InMemoryDeliveries(clock)


def lease(owner: str = "one", channel: str = "email") -> Lease:
    return Lease(event_id=EVENT.event_id, channel=channel, owner=owner)


def test_what_is_finished_is_a_duplicate(deliveries: Deliveries) -> None:
    assert deliveries.start(EVENT, lease("one"))
    assert deliveries.finish(lease("one"), "ses-1")

    assert not deliveries.start(EVENT, lease("two"))


def test_what_is_released_can_be_started_again(deliveries: Deliveries) -> None:
    deliveries.start(EVENT, lease("one"))
    assert deliveries.release(lease("one"))

    assert deliveries.start(EVENT, lease("two"))


def test_a_lease_keeps_others_out_until_it_ends(deliveries: Deliveries, clock: Clock) -> None:
    deliveries.start(EVENT, lease("one"))

    clock.now += LEASE_SECONDS
    with pytest.raises(DeliveryInProgressError, match="another attempt holds this event"):
        deliveries.start(EVENT, lease("two"))

    clock.now += 1
    assert deliveries.start(EVENT, lease("two"))


def test_an_attempt_that_outlived_its_lease_changes_nothing(
    deliveries: Deliveries, clock: Clock
) -> None:
    deliveries.start(EVENT, lease("late"))
    clock.now += LEASE_SECONDS + 1
    deliveries.start(EVENT, lease("new"))

    assert not deliveries.finish(lease("late"), "ses-1")
    assert not deliveries.release(lease("late"))

    assert deliveries.finish(lease("new"), "ses-2")
    assert not deliveries.release(lease("late"))
    assert not deliveries.start(EVENT, lease("third"))


def test_an_attempt_nobody_replaced_may_finish_late(deliveries: Deliveries, clock: Clock) -> None:
    deliveries.start(EVENT, lease("late"))
    clock.now += LEASE_SECONDS + 1

    assert deliveries.finish(lease("late"), "ses-1")


def test_finishing_twice_is_finishing_once(deliveries: Deliveries) -> None:
    deliveries.start(EVENT, lease())

    assert deliveries.finish(lease(), "ses-1")
    assert deliveries.finish(lease(), "ses-1")


def test_channels_are_delivered_apart(deliveries: Deliveries) -> None:
    deliveries.start(EVENT, lease(channel="email"))

    assert deliveries.start(EVENT, lease("two", channel="sms"))


def test_a_start_whose_answer_was_lost_is_known_to_be_ours(aws_in_memory: None) -> None:
    deliveries = DynamoDeliveries(DELIVERIES)
    events = aws.client("dynamodb").meta.events
    lost: list[Any] = []

    def lose_the_answer(request: Any, **_: Any) -> None:
        # Last of the hooks: moto has stored the row by now.
        if not lost:
            lost.append(request)
            raise ReadTimeoutError(endpoint_url=request.url)

    events.register_last("before-send.dynamodb.PutItem", lose_the_answer)
    started = deliveries.start(EVENT, lease())
    events.unregister("before-send.dynamodb.PutItem", lose_the_answer)

    assert lost
    assert started


def test_the_row_says_what_was_delivered_but_not_its_text(
    aws_in_memory: None, clock: Clock
) -> None:
    deliveries = DynamoDeliveries(DELIVERIES, clock=clock)
    deliveries.start(EVENT, lease())
    clock.now += 1
    deliveries.finish(lease(), "ses-1")

    [row] = aws.client("dynamodb").scan(TableName=DELIVERIES)["Items"]

    assert {name: next(iter(value.values())) for name, value in row.items()} == {
        "event_id": EVENT.event_id,
        "channel": "email",
        "status": "COMPLETED",
        "lease_owner": "one",
        "task_id": a_task().task_id,
        "event_type": "task.created.v1",
        "correlation_id": "order-4711",
        "provider_id": "ses-1",
        "completed_at": str(int(clock.now)),
        "expires_at": str(int(clock.now) + KEPT_SECONDS),
    }


def test_a_record_outlives_every_possible_replay() -> None:
    dead_letter_queue, event_age = 14 * 86_400, 6 * 3_600

    assert dead_letter_queue + event_age < KEPT_SECONDS


def test_a_lease_outlasts_its_attempt_but_not_the_retry_delay() -> None:
    target_time_out, first_retry_delay = 45, 60

    assert target_time_out < LEASE_SECONDS < target_time_out + first_retry_delay
