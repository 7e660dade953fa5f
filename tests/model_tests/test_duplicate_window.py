"""The only way to send twice: losing the process or a response between SES's accept and our record.

Every single fault, at every request of an attempt, alone: duplicates come from the window and from
nowhere else.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.model_tests.clients import Clients
from tests.model_tests.faults import ATTEMPTS, Fault
from tests.model_tests.simulation import Simulation
from tests.model_tests.test_nothing_is_lost import drain

BREAKERS = ("read email's breaker", "read pager's breaker")
REQUESTS = (
    *BREAKERS,
    *("start email", "send email", "record email", "start pager", "send pager", "record"),
)
SEND, FINISH, SEND_SECOND = 3, 4, 6
EVERY_REPEAT = range(FINISH, FINISH + ATTEMPTS["dynamodb"])


def a_created_task() -> Simulation:
    simulation = Simulation()
    assert Clients(simulation).create(None, {}) == 201
    return simulation


def times_notified(simulation: Simulation) -> dict[str, int]:
    return dict(Counter(channel for _, channel in simulation.provider.sent))


def after_an_attempt_with(faults: dict[int, Fault]) -> dict[str, int]:
    simulation = a_created_task()
    simulation.run_target(simulation.queue.events[0], faults)
    drain(simulation)
    assert not simulation.ledger.violations
    return times_notified(simulation)


WINDOW = [
    pytest.param({SEND: Fault.LOST}, id="SES's response is lost"),
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
    simulation = a_created_task()
    faults = dict.fromkeys(range(request_number, request_number + length), fault)
    simulation.run_target(simulation.queue.events[0], faults)
    drain(simulation)

    assert not simulation.ledger.violations
    for message, times in Counter(simulation.provider.sent).items():
        assert times == 1 or simulation.ledger.excuses[message], message


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.DIES_AFTER])
def test_an_attempt_that_has_recorded_its_message_sends_no_second(fault: Fault) -> None:
    faults = dict.fromkeys(EVERY_REPEAT, fault)
    assert after_an_attempt_with(faults) == {"email": 1, "pager": 1}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("request_number", range(4))
def test_no_fault_of_a_caller_sends_twice_or_loses(request_number: int, fault: Fault) -> None:
    simulation = Simulation()
    faults = dict.fromkeys(range(request_number, request_number + 4), fault)
    Clients(simulation).create(None, faults)
    simulation.advance(60)
    drain(simulation)

    assert not simulation.ledger.violations
    assert not simulation.ledger.undelivered(simulation.provider)
    assert set(times_notified(simulation).values()) <= {1}


def test_a_server_error_leaves_no_task_without_its_event() -> None:
    simulation = Simulation()
    lost = dict.fromkeys(range(ATTEMPTS["dynamodb"]), Fault.LOST)

    assert Clients(simulation).create(None, lost) == 503
    assert len(simulation.ledger.events) == 1, "stored, although the client got an error"
    simulation.advance(60)
    drain(simulation)
    assert not simulation.ledger.undelivered(simulation.provider)


def test_a_channel_that_was_served_is_left_alone_when_the_other_failed() -> None:
    assert after_an_attempt_with({SEND_SECOND: Fault.DENIED}) == {"email": 1, "pager": 1}
