"""What an attempt finds when it starts, for each guarantee."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from serverless_runtime.once.leases import InProgressError, Leases
from serverless_runtime.once.settings import GUARANTEES, LEASE_SECONDS, Guarantee
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.shared.aws.errors import ResponseError
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.once.sample_lease import lease, start
from tests.lambdas.tables import DELIVERIES
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.wire import moto_response

every_guarantee = pytest.mark.parametrize("guarantee", GUARANTEES)


@every_guarantee
def test_what_was_given_up_is_for_a_replay_only(leases: Leases, guarantee: Guarantee) -> None:
    start(leases, lease("one"), guarantee=guarantee)
    assert leases.give_up(lease("one"), "no")

    assert start(leases, lease("two"), guarantee=guarantee) == "given_up"
    assert start(leases, lease("three"), guarantee=guarantee, replays=1) == "acquired"


def test_a_replay_that_was_given_up_needs_another_replay(leases: Leases) -> None:
    start(leases, lease("one"), replays=3)
    leases.give_up(lease("one"), "no")

    assert start(leases, lease("two"), replays=3) == "given_up"
    for older in (0, 2):
        assert start(leases, lease("two"), replays=older) == "superseded"
    assert start(leases, lease("two"), replays=4) == "acquired"


@pytest.mark.parametrize(
    ("guarantee", "replays", "result"),
    [
        ("at_least_once", 0, "acquired"),
        ("at_least_once", 1, "acquired"),
        ("at_least_once", 2, "acquired"),
        ("at_most_once", 0, "superseded"),
        ("at_most_once", 1, "unknown"),
        ("at_most_once", 2, "acquired"),
    ],
)
def test_an_expired_lease_is_handled_by_the_guarantee(
    leases: Leases, clock: Clock, guarantee: Guarantee, replays: int, result: str
) -> None:
    start(leases, lease("killed"), guarantee=guarantee, replays=1)
    clock.now += LEASE_SECONDS + 1

    assert start(leases, lease("new"), guarantee=guarantee, replays=replays) == result


@every_guarantee
def test_not_even_a_replay_acquires_a_valid_lease(
    leases: Leases, clock: Clock, guarantee: Guarantee
) -> None:
    start(leases, lease("one"), guarantee=guarantee)
    clock.now += LEASE_SECONDS

    with pytest.raises(InProgressError, match="another attempt holds the lease of this event"):
        start(leases, lease("two"), guarantee=guarantee, replays=1)


@every_guarantee
def test_a_released_lease_was_a_known_failure_and_may_be_acquired_again(
    leases: Leases, guarantee: Guarantee
) -> None:
    start(leases, lease("one"), guarantee=guarantee)
    leases.release(lease("one"), "no")

    assert start(leases, lease("two"), guarantee=guarantee) == "acquired"


@every_guarantee
def test_a_late_attempt_can_neither_complete_nor_release_what_was_given_up(
    leases: Leases, clock: Clock, guarantee: Guarantee
) -> None:
    start(leases, lease("late"), guarantee=guarantee)
    clock.now += LEASE_SECONDS + 1
    start(leases, lease("new"), guarantee=guarantee)
    assert leases.give_up(lease("new"), "no")

    assert not leases.complete(lease("late"), "label-1")
    assert not leases.release(lease("late"), "no")
    assert not leases.give_up(lease("late"), "no")
    assert start(leases, lease("third"), guarantee=guarantee) == "given_up"


def test_only_one_attempt_gives_up_an_unknown_outcome(leases: Leases, clock: Clock) -> None:
    start(leases, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    assert start(leases, lease("first"), guarantee="at_most_once") == "unknown"
    with pytest.raises(InProgressError):
        start(leases, lease("second"), guarantee="at_most_once")


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
    leases = Leases(DELIVERIES)

    with repeated_once() as repeats:
        assert start(leases, lease(), guarantee=guarantee) == "acquired"

    assert repeats


def test_taking_over_an_unknown_outcome_is_decided_by_the_owner_read(
    aws_in_memory: None, clock: Clock
) -> None:
    leases = Leases(DELIVERIES, clock=clock)
    start(leases, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1
    overtaken: list[str] = []
    once = iter(["quick"])

    def be_overtaken(request: Request) -> None:
        for owner in once if b":last_owner" in request.body else ():
            overtaken.append(start(leases, lease(owner), guarantee="at_most_once"))

    raises = pytest.raises(InProgressError, match="has just taken over the lease")
    with wire("UpdateItem", be_overtaken), raises:
        start(leases, lease("slow"), guarantee="at_most_once")

    assert overtaken == ["unknown"]


def test_a_lost_response_does_not_turn_an_unknown_outcome_into_permission_to_work(
    aws_in_memory: None, clock: Clock
) -> None:
    leases = Leases(DELIVERIES, clock=clock)
    start(leases, lease("killed"), guarantee="at_most_once")
    clock.now += LEASE_SECONDS + 1

    with repeated_once() as repeats:
        assert start(leases, lease("new"), guarantee="at_most_once") == "unknown"

    assert repeats
