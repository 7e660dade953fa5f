"""What an attempt finds when it starts, for each guarantee."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from serverless_runtime.notification_service.delivery.deduplication import (
    LEASE_SECONDS,
    DeliveryInProgressError,
    DeliveryLeases,
)
from serverless_runtime.notification_service.settings.channel import GUARANTEES, Guarantee
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ResponseError
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.notification_service.sample_delivery import lease, start
from tests.lambdas.tables import DELIVERIES
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.wire import moto_response

every_guarantee = pytest.mark.parametrize("guarantee", GUARANTEES)


@every_guarantee
def test_what_was_dead_lettered_is_for_a_replay_only(
    deliveries: DeliveryLeases, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    assert deliveries.dead_letter(lease("one"), "no")

    assert start(deliveries, lease("two"), guarantee=guarantee) == "dead_lettered"
    assert start(deliveries, lease("three"), guarantee=guarantee, replays=1) == "acquired"


def test_a_replay_that_was_dead_lettered_needs_another_replay(deliveries: DeliveryLeases) -> None:
    start(deliveries, lease("one"), replays=3)
    deliveries.dead_letter(lease("one"), "no")

    for replays in (0, 2, 3):
        assert start(deliveries, lease("two"), replays=replays) == "dead_lettered"
    assert start(deliveries, lease("two"), replays=4) == "acquired"


@pytest.mark.parametrize(
    ("guarantee", "replays", "result"),
    [
        ("at_least_once", 0, "acquired"),
        ("at_least_once", 1, "acquired"),
        ("at_least_once", 2, "acquired"),
        ("at_most_once", 0, "dead_lettered"),
        ("at_most_once", 1, "unknown"),
        ("at_most_once", 2, "acquired"),
    ],
)
def test_an_expired_lease_is_handled_by_the_guarantee(
    deliveries: DeliveryLeases, clock: Clock, guarantee: Guarantee, replays: int, result: str
) -> None:
    start(deliveries, lease("killed"), guarantee=guarantee, replays=1)
    clock.now += LEASE_SECONDS + 1

    assert start(deliveries, lease("new"), guarantee=guarantee, replays=replays) == result


@every_guarantee
def test_not_even_a_replay_acquires_a_valid_lease(
    deliveries: DeliveryLeases, clock: Clock, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    clock.now += LEASE_SECONDS

    with pytest.raises(
        DeliveryInProgressError, match="another attempt holds the lease of this event"
    ):
        start(deliveries, lease("two"), guarantee=guarantee, replays=1)


@every_guarantee
def test_a_released_lease_was_a_known_failure_and_may_be_acquired_again(
    deliveries: DeliveryLeases, guarantee: Guarantee
) -> None:
    start(deliveries, lease("one"), guarantee=guarantee)
    deliveries.release(lease("one"), "no")

    assert start(deliveries, lease("two"), guarantee=guarantee) == "acquired"


@every_guarantee
def test_a_late_attempt_can_neither_complete_nor_release_what_was_dead_lettered(
    deliveries: DeliveryLeases, clock: Clock, guarantee: Guarantee
) -> None:
    start(deliveries, lease("late"), guarantee=guarantee)
    clock.now += LEASE_SECONDS + 1
    start(deliveries, lease("new"), guarantee=guarantee)
    assert deliveries.dead_letter(lease("new"), "no")

    assert not deliveries.complete(lease("late"), "ses-1")
    assert not deliveries.release(lease("late"), "no")
    assert not deliveries.dead_letter(lease("late"), "no")
    assert start(deliveries, lease("third"), guarantee=guarantee) == "dead_lettered"


def test_only_one_attempt_dead_letters_an_unknown_outcome(
    deliveries: DeliveryLeases, clock: Clock
) -> None:
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    assert start(deliveries, lease("first"), guarantee="at_most_once") == "unknown"
    with pytest.raises(DeliveryInProgressError):
        start(deliveries, lease("second"), guarantee="at_most_once")


@contextmanager
def repeated_once() -> Iterator[list[int]]:
    """The row is stored, but its response is lost, and the client writes it again."""
    repeats: list[int] = []

    def lose_what_is_stored(request: Request) -> Response | None:
        if repeats:
            return None
        response = moto_response(request)
        if response.status == HTTPStatus.OK:
            repeats.append(1)
            raise ResponseError("lost")
        return response

    with wire("UpdateItem", lose_what_is_stored):
        yield repeats


@every_guarantee
def test_a_start_whose_response_was_lost_is_known_to_be_ours(
    aws_in_memory: None, guarantee: Guarantee
) -> None:
    deliveries = DeliveryLeases(DELIVERIES)

    with repeated_once() as repeats:
        assert start(deliveries, lease(), guarantee=guarantee) == "acquired"

    assert repeats


def test_taking_over_an_unknown_outcome_is_decided_by_the_owner_read(
    aws_in_memory: None, clock: Clock
) -> None:
    deliveries = DeliveryLeases(DELIVERIES, clock=clock)
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1
    overtaken: list[str] = []
    once = iter(["quick"])

    def be_overtaken(request: Request) -> None:
        for owner in once if b":last_owner" in request.body else ():
            overtaken.append(start(deliveries, lease(owner), guarantee="at_most_once"))

    raises = pytest.raises(DeliveryInProgressError, match="has just taken over the lease")
    with wire("UpdateItem", be_overtaken), raises:
        start(deliveries, lease("slow"), guarantee="at_most_once")

    assert overtaken == ["unknown"]


def test_a_lost_response_does_not_turn_an_unknown_outcome_into_permission_to_send(
    aws_in_memory: None, clock: Clock
) -> None:
    deliveries = DeliveryLeases(DELIVERIES, clock=clock)
    start(deliveries, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    with repeated_once() as repeats:
        assert start(deliveries, lease("new"), guarantee="at_most_once") == "unknown"

    assert repeats
