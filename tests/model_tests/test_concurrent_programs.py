"""Two programs at the same thing at the same time: every order in which they take three turns.

The first sends some requests, then the second some; the first runs to its end, then the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from tests.lambdas.tables import OUTBOX, TASKS
from tests.model_tests.clients import Clients
from tests.model_tests.faults import Fault
from tests.model_tests.simulation import Simulation
from tests.model_tests.test_nothing_is_lost import drain

Two = tuple[Callable[[], Any], Callable[[], Any]]
Scenario = Callable[[Simulation, Clients], Two]

_REFUSED = dict.fromkeys((1, 2), Fault.THROTTLED)
"""Both requests of a client's invoke."""

_TASK = "019501d2-7c00-7000-8000-000000000001"
_NONE: dict[int, Fault] = {}
SEND = 3
"""Before an attempt sends for the first time, it reads two breakers and takes a lease."""

_TURN = 14
"""More requests than any of the programs sends, but for the queries of the relay's other shards."""


def two_relays(simulation: Simulation, clients: Clients) -> Two:
    clients.create(None, _REFUSED)
    simulation.advance(46)
    [row] = simulation.dynamo.tables[OUTBOX].values()
    relay = partial(simulation.relay, _NONE, [row["shard"]["S"]])
    return relay, relay


def a_slow_caller_and_a_relay(simulation: Simulation, clients: Clients) -> Two:
    def relay() -> None:
        simulation.advance(46)
        simulation.relay(_NONE)

    return lambda: clients.create(None, _NONE), relay


def two_attempts_at_one_event(simulation: Simulation, clients: Clients) -> Two:
    clients.create(None, _NONE)
    first = simulation.queue.events[0]
    simulation.queue.duplicate(first)
    second = simulation.queue.events[1]
    return lambda: simulation.run_target(first, _NONE), lambda: simulation.run_target(second, _NONE)


def an_attempt_near_its_end_and_another(simulation: Simulation, clients: Clients) -> Two:
    first, second = two_attempts_at_one_event(simulation, clients)

    def later() -> None:
        simulation.advance(TIMEOUT_SECONDS - 1)
        second()

    return first, later


def an_attempt_and_one_that_cannot_send(simulation: Simulation, clients: Clients) -> Two:
    first, _ = two_attempts_at_one_event(simulation, clients)
    other = simulation.queue.events[1]
    return first, lambda: simulation.run_target(other, {SEND: Fault.DENIED, SEND + 1: Fault.DENIED})


def two_changes_of_one_task(simulation: Simulation, clients: Clients) -> Two:
    clients.create(None, _NONE)
    return lambda: clients.rename(_TASK, _NONE), lambda: clients.complete(_TASK, _NONE)


def a_change_and_a_deletion(simulation: Simulation, clients: Clients) -> Two:
    clients.create(None, _NONE)
    return lambda: clients.complete(_TASK, _NONE), lambda: clients.delete(_TASK, _NONE)


def two_requests_with_one_key(simulation: Simulation, clients: Clients) -> Two:
    return lambda: clients.create("key", _NONE), lambda: clients.create("key", _NONE)


def two_replays(simulation: Simulation, clients: Clients) -> Two:
    clients.create(None, _NONE)
    simulation.advance(22_000)
    return lambda: simulation.replay(_NONE), lambda: simulation.replay(_NONE)


SCENARIOS: list[Scenario] = [
    two_relays,
    a_slow_caller_and_a_relay,
    two_attempts_at_one_event,
    an_attempt_near_its_end_and_another,
    an_attempt_and_one_that_cannot_send,
    two_changes_of_one_task,
    a_change_and_a_deletion,
    two_requests_with_one_key,
    two_replays,
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_order_of_two_programs_loses_or_repeats(scenario: Scenario) -> None:
    for order, simulation in every_order(scenario):
        drain(simulation)
        assert not simulation.ledger.violations, order
        assert not simulation.ledger.undelivered(simulation.provider), order
        assert set(Counter(simulation.provider.sent).values()) <= {1}, order


def test_two_requests_with_one_key_make_one_task() -> None:
    for order, simulation in every_order(two_requests_with_one_key):
        rows = simulation.dynamo.tables[TASKS].values()
        assert len([row for row in rows if "version" in row]) == 1, order


def test_two_relays_hand_an_event_off_once() -> None:
    for order, simulation in every_order(two_relays):
        assert len(simulation.queue.events) == 1, order


@pytest.mark.parametrize("requests_before", [SEND, SEND + 1])
def test_an_attempt_that_was_overtaken_does_not_release_what_it_lost(requests_before: int) -> None:
    def overtaken(simulation: Simulation, clients: Clients) -> Two:
        clients.create(None, _NONE)
        slow = simulation.queue.events[0]
        simulation.queue.duplicate(slow)
        other = simulation.queue.events[1]

        def later() -> None:
            simulation.advance(61)
            simulation.run_target(other, _NONE)

        cannot_send = {SEND: Fault.DENIED}
        return lambda: simulation.run_target(slow, cannot_send, timeout_seconds=3_600), later

    simulation, _ = in_turns(overtaken, requests_before, _TURN)
    drain(simulation)
    assert not simulation.ledger.violations
    assert set(Counter(simulation.provider.sent).values()) == {1}


def every_order(scenario: Scenario) -> Iterator[tuple[tuple[int, int], Simulation]]:
    """Play a scenario in each order once: a longer turn of a program that ended is no other."""
    for first in range(_TURN):
        for second in range(1, _TURN):
            simulation, ended = in_turns(scenario, first, second)
            yield (first, second), simulation
            if ended is not None:
                break
        if ended == 0:
            break


def in_turns(scenario: Scenario, first: int, second: int) -> tuple[Simulation, int | None]:
    """Play a scenario: some requests of the first program, some of the second, then the rest.

    Also return which program ended in its turn, None if neither did.
    """
    simulation = Simulation()
    programs = scenario(simulation, Clients(simulation))
    turns = [0] * (first + 1) + [1] * second
    turn: int | None = None

    def choose(running: int) -> int:
        nonlocal turn
        if running < len(programs):
            return 0
        turn = turns.pop(0) if turns else None
        return turn or 0

    simulation.turns.run(programs, choose)
    return simulation, turn
