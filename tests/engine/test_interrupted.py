"""The engine is killed while it deploys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from pulumi.automation import CommandError, EngineEvent, OpType

from local.emulator.clients import Clients
from local.wait import wait_until
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed, named
from tests.engine.stacks import UNCHANGED

_AFTER_RESOURCES = 60


def test_an_up_after_a_killed_one_completes_it_and_nothing_stands_twice(
    make_stack: MakeStack, clients: Clients, attached: Mapping[str, str]
) -> None:
    stack = make_stack("local")
    made = 0

    def kill_in_the_middle(event: EngineEvent) -> None:
        nonlocal made
        done = event.res_outputs_event
        made += bool(done and done.metadata.op == OpType.CREATE)
        if made == _AFTER_RESOURCES:
            _kill_the_engine(Path(urlsplit(attached["PULUMI_BACKEND_URL"]).path))

    with pytest.raises(CommandError):
        stack.up(kill_in_the_middle)
    left = len(stack.resources)
    assert left >= _AFTER_RESOURCES

    stack.unlock()
    completed = stack.up()

    assert len(completed.created) == len(stack.resources) - left
    assert named(listed(clients)) == stack.recorded
    assert stack.up() == UNCHANGED
    stack.destroy()
    assert listed(clients) == {}


def _kill_the_engine(states: Path) -> None:
    """Kill it while it writes no state: one that is cut off is Pulumi's own to repair."""
    [engine] = [each for each in psutil.Process().children() if each.name() == "pulumi"]
    wait_until(lambda: _is_suspended(engine, states), "a state that is written", seconds=10)
    engine.kill()


def _is_suspended(engine: psutil.Process, states: Path) -> bool:
    engine.suspend()
    try:
        return bool([json.loads(each.read_text()) for each in states.rglob("stacks/**/*.json")])
    except ValueError:
        engine.resume()
        return False
