"""What an attempt finds when it starts, for each guarantee."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from serverless_runtime.notification_service.deliveries import Deliveries, DeliveryInProgressError
from serverless_runtime.notification_service.dynamo_deliveries import (
    LEASE_SECONDS,
    DynamoDeliveries,
)
from serverless_runtime.notification_service.settings.channel import GUARANTEES, Guarantee
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ResponseError
from tests.lambdas.notification_service.a_delivery import lease, start
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.wire import moto_response

every_guarantee = pytest.mark.parametrize("guarantee", GUARANTEES)


@every_guarantee
def test_what_was_given_up_is_for_a_replay_only(
    deliveries: Deliveries, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    assert deliveries.give_up(lease("one"), "no")

    assert start(deliveries, lease("two"), guarantee=guarantee) == "given_up"
    assert start(deliveries, lease("three"), guarantee=guarantee, replays=1) == "taken"


def test_a_replay_that_was_given_up_needs_another_replay(deliveries: Deliveries) -> None:
    start(deliveries, lease("one"), replays=3)
    deliveries.give_up(lease("one"), "no")

    for replays in (0, 2, 3):
        assert start(deliveries, lease("two"), replays=replays) == "given_up"
    assert start(deliveries, lease("two"), replays=4) == "taken"


@pytest.mark.parametrize(
    ("guarantee", "replays", "standing"),
    [
        ("at_least_once", 0, "taken"),
        ("at_least_once", 1, "taken"),
        ("at_least_once", 2, "taken"),
        ("at_most_once", 0, "given_up"),
        ("at_most_once", 1, "unknown"),
        ("at_most_once", 2, "taken"),
    ],
)
def test_a_lease_that_ran_out_means_what_the_guarantee_says(
    deliveries: Deliveries, clock: Clock, guarantee: Guarantee, replays: int, standing: str
) -> None:
    start(deliveries, lease("killed"), guarantee=guarantee, replays=1)
    clock.now += LEASE_SECONDS + 1

    assert start(deliveries, lease("new"), guarantee=guarantee, replays=replays) == standing


@every_guarantee
def test_not_even_a_replay_takes_a_lease_that_lasts(
    deliveries: Deliveries, clock: Clock, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    clock.now += LEASE_SECONDS

    with pytest.raises(DeliveryInProgressError, match="another attempt holds this event"):
        start(deliveries, lease("two"), guarantee=guarantee, replays=1)


@every_guarantee
def test_a_lease_given_back_was_a_known_failure_and_may_be_tried_again(
    deliveries: Deliveries, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    deliveries.release(lease("one"), "no")

    assert start(deliveries, lease("two"), guarantee=guarantee) == "taken"


@every_guarantee
def test_a_late_attempt_can_neither_complete_nor_free_what_was_given_up(
    deliveries: Deliveries, clock: Clock, guarantee: Guarantee
) -> None:
    start(deliveries, lease("late"), guarantee=guarantee)
    clock.now += LEASE_SECONDS + 1
    start(deliveries, lease("new"), guarantee=guarantee)
    assert deliveries.give_up(lease("new"), "no")

    assert not deliveries.finish(lease("late"), "ses-1")
    assert not deliveries.release(lease("late"), "no")
    assert not deliveries.give_up(lease("late"), "no")
    assert start(deliveries, lease("third"), guarantee=guarantee) == "given_up"


def test_only_one_attempt_takes_an_unknown_outcome_to_people(
    deliveries: Deliveries, clock: Clock
) -> None:
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    assert start(deliveries, lease("first"), guarantee="at_most_once") == "unknown"
    with pytest.raises(DeliveryInProgressError):
        start(deliveries, lease("second"), guarantee="at_most_once")


@contextmanager
def repeated_once() -> Iterator[list[int]]:
    """The row is stored, but its answer is lost, and the client writes it again."""
    repeats: list[int] = []

    def lose_what_is_stored(request: Request) -> Response | None:
        if repeats:
            return None
        answer = moto_response(request)
        if answer.status == HTTPStatus.OK:
            repeats.append(1)
            raise ResponseError("lost")
        return answer

    with wire("UpdateItem", lose_what_is_stored):
        yield repeats


@every_guarantee
def test_a_start_whose_answer_was_lost_is_known_to_be_ours(
    aws_in_memory: None, guarantee: Guarantee
) -> None:
    deliveries = DynamoDeliveries(DELIVERIES)

    with repeated_once() as repeats:
        assert start(deliveries, lease(), guarantee=guarantee) == "taken"

    assert repeats


def test_taking_over_an_unknown_outcome_is_decided_by_the_owner_read(
    aws_in_memory: None, clock: Clock
) -> None:
    deliveries = DynamoDeliveries(DELIVERIES, clock=clock)
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1
    overtaken: list[str] = []
    once = iter(["quick"])

    def be_overtaken(request: Request) -> None:
        for owner in once if b":last_owner" in request.body else ():
            overtaken.append(start(deliveries, lease(owner), guarantee="at_most_once"))

    taken = pytest.raises(DeliveryInProgressError, match="has just taken this event over")
    with wire("UpdateItem", be_overtaken), taken:
        start(deliveries, lease("slow"), guarantee="at_most_once")

    assert overtaken == ["unknown"]


def test_a_lost_answer_does_not_turn_an_unknown_outcome_into_a_right_to_send(
    aws_in_memory: None, clock: Clock
) -> None:
    deliveries = DynamoDeliveries(DELIVERIES, clock=clock)
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    with repeated_once() as repeats:
        assert start(deliveries, lease("new"), guarantee="at_most_once") == "unknown"

    assert repeats
