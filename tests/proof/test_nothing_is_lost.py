"""Whatever happens in whatever order: nothing is lost, and nothing is sent twice.

The model's faults are those of faults.py; its services those of services.py and dynamo.py. All
promises are looked at after every request that took effect, and the machine asserts them after
every step. At the end the faults cease, and everything must arrive.
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
from tests.proof.clients import Clients
from tests.proof.faults import Fault
from tests.proof.world import START, World

_DAY = 86_400
_LETTERS_LIVE_SECONDS = 13 * _DAY
"""A dead letter is replayed within 14 days, or it is gone: that is documented, not a fault."""

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
        self.world = World()
        self.clients = Clients(self.world)

    @rule(key=keys, faults=faults)
    def a_client_creates(self, key: str | None, faults: dict[int, Fault]) -> None:
        self.clients.create(key, faults)

    @rule(data=st.data())
    def a_program_runs(self, data: st.DataObject) -> None:
        self._program(data, data.draw(kinds))()

    @rule(key=keys)
    def a_client_cannot_hand_off(self, key: str | None) -> None:
        self.clients.create(key, dict.fromkeys(range(1, 6), Fault.THROTTLED))
        self.world.advance(46)

    @rule(data=st.data())
    def programs_run_in_turns(self, data: st.DataObject) -> None:
        self._in_turns(data, [self._program(data, kind) for kind in data.draw(companies)])

    @rule(data=st.data(), place=places, one=faults, other=faults)
    def lambda_runs_one_event_twice_at_once(
        self, data: st.DataObject, place: int, one: dict[int, Fault], other: dict[int, Fault]
    ) -> None:
        if due := self.world.queue.due():
            event = due[place % len(due)]
            copy = self.world.queue.duplicate(event)
            attempts = ((event, one), (copy, other))
            self._in_turns(data, [partial(self.world.run_target, *each) for each in attempts])

    def _in_turns(self, data: st.DataObject, programs: list[Callable[[], Any]]) -> None:
        turn: list[int] = []

        def choose(running: int) -> int:
            if not turn or turn[0] >= running:
                self.world.advance(data.draw(st.sampled_from([0, 0, 0, 1, 31, 46, 61])))
                place = data.draw(st.integers(0, running - 1))
                turn[:] = [place] * data.draw(st.integers(1, 12))
            return turn.pop()

        self.world.turns.run(programs, choose)

    @rule(place=places)
    def lambda_delivers_twice(self, place: int) -> None:
        if due := self.world.queue.due():
            self.world.queue.duplicate(due[place % len(due)])

    @rule(seconds=whiles)
    def time_goes_by(self, seconds: float) -> None:
        latest = min(
            [START + _EVERYTHING_SECONDS]
            + [letter.sent_at + _LETTERS_LIVE_SECONDS for letter in self.world.letters.letters]
        )
        if self.world.now + seconds < latest:
            self.world.advance(seconds)

    @rule()
    def ttl_deletes(self) -> None:
        self.world.dynamo.expire(DELIVERIES)

    @invariant()
    def all_promises_are_kept(self) -> None:
        assert not self.world.ledger.broken

    def teardown(self) -> None:
        """The faults are over: everything arrives."""
        drain(self.world)
        assert not self.world.ledger.broken
        assert not self.world.ledger.undelivered(self.world.provider)

    def _program(self, data: st.DataObject, kind: str) -> Callable[[], Any]:
        """Draw what a program works on, and its faults."""
        strikes = data.draw(faults)
        if kind == "relay":
            return lambda: self.world.relay(strikes)
        if kind == "replay":
            return lambda: self.world.replay(strikes)
        if kind == "new":
            key = data.draw(keys)
            return lambda: self.clients.create(key, strikes)
        place = data.draw(places)
        if kind == "target":
            return lambda: self._attempt(place, strikes)
        verb = data.draw(st.sampled_from(["complete", "rename", "delete"]))
        return lambda: self._change(verb, place, strikes)

    def _attempt(self, place: int, strikes: dict[int, Fault]) -> None:
        if due := self.world.queue.due():
            self.world.run_target(due[place % len(due)], strikes)

    def _change(self, verb: str, place: int, strikes: dict[int, Fault]) -> None:
        rows = self.world.dynamo.tables[TASKS].values()
        ids = [row["task_id"]["S"] for row in rows if "version" in row]
        if ids:
            getattr(self.clients, verb)(sorted(ids)[place % len(ids)], strikes)


def drain(world: World) -> None:
    """Let everything run without faults until nothing is left to do."""
    for _ in range(40):
        world.relay({})
        for event in world.queue.due():
            world.run_target(event, {})
        world.replay({}, force=True)
        world.advance(1_000)
        if not (world.queue.events or world.letters.letters or world.dynamo.tables[OUTBOX]):
            return
    raise AssertionError("something is left for ever")


TestEverything = Everything.TestCase
TestEverything.settings = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
