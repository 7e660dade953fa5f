"""The one way to send twice: to lose the process or an answer between SES's accept and our record.

Every single fault, at every request of an attempt, alone: duplicates come from the window and from
nowhere else.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.proof.clients import Clients
from tests.proof.faults import ATTEMPTS, Fault
from tests.proof.test_nothing_is_lost import drain
from tests.proof.world import World

BREAKERS = ("read e-mail's breaker", "read pager's breaker")
REQUESTS = (
    *BREAKERS,
    *("start e-mail", "send e-mail", "record e-mail", "start pager", "send pager", "record"),
)
SEND, FINISH, SEND_SECOND = 3, 4, 6
EVERY_REPEAT = range(FINISH, FINISH + ATTEMPTS["dynamodb"])


def a_created_task() -> World:
    world = World()
    assert Clients(world).create(None, {}) == 201
    return world


def times_told(world: World) -> dict[str, int]:
    return dict(Counter(channel for _, channel in world.provider.sent))


def after_an_attempt_with(faults: dict[int, Fault]) -> dict[str, int]:
    world = a_created_task()
    world.run_target(world.queue.events[0], faults)
    drain(world)
    assert not world.ledger.broken
    return times_told(world)


WINDOW = [
    pytest.param({SEND: Fault.LOST}, id="SES's answer is lost"),
    pytest.param({SEND: Fault.DIES_AFTER}, id="dies when SES has accepted"),
    pytest.param({FINISH: Fault.DIES_BEFORE}, id="dies before it records"),
    *(
        pytest.param(dict.fromkeys(EVERY_REPEAT, fault), id=f"cannot record: {fault.value}")
        for fault in (Fault.UNREACHED, Fault.BROKEN, Fault.THROTTLED)
    ),
    pytest.param({FINISH: Fault.DENIED}, id="may not record"),
]


@pytest.mark.parametrize("faults", WINDOW)
def test_in_the_window_a_message_is_sent_again(faults: dict[int, Fault]) -> None:
    assert after_an_attempt_with(faults) == {"email": 2, "pager": 1}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("request_number", range(len(REQUESTS)))
@pytest.mark.parametrize("length", [1, 4])
def test_no_other_fault_of_an_attempt_sends_twice(
    request_number: int, length: int, fault: Fault
) -> None:
    world = a_created_task()
    faults = dict.fromkeys(range(request_number, request_number + length), fault)
    world.run_target(world.queue.events[0], faults)
    drain(world)

    assert not world.ledger.broken
    for message, times in Counter(world.provider.sent).items():
        assert times == 1 or world.ledger.excuses[message], message


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.DIES_AFTER])
def test_an_attempt_that_has_recorded_its_message_sends_no_second(fault: Fault) -> None:
    faults = dict.fromkeys(EVERY_REPEAT, fault)
    assert after_an_attempt_with(faults) == {"email": 1, "pager": 1}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("request_number", range(4))
def test_no_fault_of_a_caller_sends_twice_or_loses(request_number: int, fault: Fault) -> None:
    world = World()
    faults = dict.fromkeys(range(request_number, request_number + 4), fault)
    Clients(world).create(None, faults)
    world.advance(60)
    drain(world)

    assert not world.ledger.broken
    assert not world.ledger.undelivered(world.provider)
    assert set(times_told(world).values()) <= {1}


def test_a_server_error_leaves_no_task_without_its_event() -> None:
    world = World()
    lost = dict.fromkeys(range(ATTEMPTS["dynamodb"]), Fault.LOST)

    assert Clients(world).create(None, lost) == 503
    assert len(world.ledger.events) == 1, "stored, although the client could not be told"
    world.advance(60)
    drain(world)
    assert not world.ledger.undelivered(world.provider)


def test_a_channel_that_was_served_is_left_alone_when_the_other_failed() -> None:
    assert after_an_attempt_with({SEND_SECOND: Fault.DENIED}) == {"email": 1, "pager": 1}
