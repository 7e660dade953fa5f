"""Whatever happens in whatever order: nothing is lost, and nothing is sent twice.

The model's faults are those of faults.py; its services those of services.py and
in_memory_dynamo.py. All invariants are checked after every request that took effect, and the
machine asserts them after every step. At the end the faults cease, and everything must arrive.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.lambdas.tables import DELIVERIES, OUTBOX, TASKS
from tests.model_tests.clients import Clients
from tests.model_tests.faults import Fault
from tests.model_tests.simulation import START, Simulation

_DAY = 86_400
_DEAD_LETTER_RETENTION_SECONDS = 13 * _DAY
"""A dead letter is replayed within 14 days, or it is gone: that is documented, and no fault."""

_EVERYTHING_SECONDS = 20 * _DAY
"""Deliveries are remembered for 21 days."""

_bursts = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 4), st.sampled_from(Fault)), max_size=2
)
faults = _bursts.map(
    lambda bursts: {
        start + place: fault for start, length, fault in bursts for place in range(length)
    }
)
whiles = st.sampled_from([0.5, 20, 31, 46, 61, 130, 3_700, 22_000, 5 * _DAY])
keys = st.sampled_from([None, "a", "b"])
places = st.integers(0, 7)
kinds = st.sampled_from(["target", "target", "relay", "change", "replay", "new"])
companies = st.one_of(
    st.lists(kinds, min_size=2, max_size=3),
    st.sampled_from([["relay"] * 2, ["target"] * 2, ["change"] * 2, ["new"] * 2, ["replay"] * 2]),
)
"""Programs that run side by side."""


class Everything(RuleBasedStateMachine):
    """Clients, relays, Lambda, people who replay, and time, in any order and all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.simulation = Simulation()
        self.clients = Clients(self.simulation)

    @rule(key=keys, faults=faults)
    def a_client_creates(self, key: str | None, faults: dict[int, Fault]) -> None:
        self.clients.create(key, faults)

    @rule(data=st.data())
    def a_program_runs(self, data: st.DataObject) -> None:
        self._program(data, data.draw(kinds))()

    @rule(key=keys)
    def a_client_cannot_hand_off(self, key: str | None) -> None:
        self.clients.create(key, dict.fromkeys(range(1, 6), Fault.THROTTLED))
        self.simulation.advance(46)

    @rule(data=st.data())
    def programs_run_in_turns(self, data: st.DataObject) -> None:
        self._in_turns(data, [self._program(data, kind) for kind in data.draw(companies)])

    @rule(data=st.data(), place=places, one=faults, other=faults)
    def lambda_runs_one_event_twice_at_once(
        self, data: st.DataObject, place: int, one: dict[int, Fault], other: dict[int, Fault]
    ) -> None:
        if due := self.simulation.queue.due():
            event = due[place % len(due)]
            copy = self.simulation.queue.duplicate(event)
            attempts = ((event, one), (copy, other))
            self._in_turns(data, [partial(self.simulation.run_target, *each) for each in attempts])

    def _in_turns(self, data: st.DataObject, programs: list[Callable[[], Any]]) -> None:
        turn: list[int] = []

        def choose(running: int) -> int:
            if not turn or turn[0] >= running:
                self.simulation.advance(data.draw(st.sampled_from([0, 0, 0, 1, 31, 46, 61])))
                place = data.draw(st.integers(0, running - 1))
                turn[:] = [place] * data.draw(st.integers(1, 12))
            return turn.pop()

        self.simulation.turns.run(programs, choose)

    @rule(place=places)
    def lambda_delivers_twice(self, place: int) -> None:
        if due := self.simulation.queue.due():
            self.simulation.queue.duplicate(due[place % len(due)])

    @rule(seconds=whiles)
    def time_goes_by(self, seconds: float) -> None:
        latest = min(
            [START + _EVERYTHING_SECONDS]
            + [
                each.sent_at + _DEAD_LETTER_RETENTION_SECONDS
                for each in self.simulation.dead_letters.messages
            ]
        )
        if self.simulation.now + seconds < latest:
            self.simulation.advance(seconds)

    @rule()
    def ttl_deletes(self) -> None:
        self.simulation.dynamo.expire(DELIVERIES)

    @invariant()
    def no_invariant_is_violated(self) -> None:
        assert not self.simulation.ledger.violations

    def teardown(self) -> None:
        """Without further faults, everything arrives."""
        drain(self.simulation)
        assert not self.simulation.ledger.violations
        assert not self.simulation.ledger.undelivered(self.simulation.provider)

    def _program(self, data: st.DataObject, kind: str) -> Callable[[], Any]:
        """Draw what a program works on, and its faults."""
        injected = data.draw(faults)
        if kind == "relay":
            return lambda: self.simulation.relay(injected)
        if kind == "replay":
            return lambda: self.simulation.replay(injected)
        if kind == "new":
            key = data.draw(keys)
            return lambda: self.clients.create(key, injected)
        place = data.draw(places)
        if kind == "target":
            return lambda: self._attempt(place, injected)
        use_case = data.draw(st.sampled_from(["complete", "rename", "delete"]))
        return lambda: self._change(use_case, place, injected)

    def _attempt(self, place: int, faults: dict[int, Fault]) -> None:
        if due := self.simulation.queue.due():
            self.simulation.run_target(due[place % len(due)], faults)

    def _change(self, use_case: str, place: int, faults: dict[int, Fault]) -> None:
        rows = self.simulation.dynamo.tables[TASKS].values()
        ids = [row["task_id"]["S"] for row in rows if "version" in row]
        if ids:
            getattr(self.clients, use_case)(sorted(ids)[place % len(ids)], faults)


def drain(simulation: Simulation) -> None:
    """Let everything run without faults until nothing is left to do."""
    for _ in range(40):
        simulation.relay({})
        for event in simulation.queue.due():
            simulation.run_target(event, {})
        simulation.replay({}, force=True)
        simulation.advance(1_000)
        if not (
            simulation.queue.events
            or simulation.dead_letters.messages
            or simulation.dynamo.tables[OUTBOX]
        ):
            return
    raise AssertionError("something never settles")


TestEverything = Everything.TestCase
TestEverything.settings = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
