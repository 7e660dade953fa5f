"""The engine is killed while it deploys."""

from __future__ import annotations

import psutil
import pytest
from pulumi.automation import CommandError, EngineEvent, OpType

from local.emulator.clients import Clients
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed, named
from tests.engine.stacks import UNCHANGED

_AFTER_RESOURCES = 60


def test_an_up_after_a_killed_one_completes_it_and_nothing_stands_twice(
    make_stack: MakeStack, clients: Clients
) -> None:
    stack = make_stack("local")
    made = 0

    def kill_in_the_middle(event: EngineEvent) -> None:
        nonlocal made
        done = event.res_outputs_event
        made += bool(done and done.metadata.op == OpType.CREATE)
        if made == _AFTER_RESOURCES:
            _kill_the_engine()

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


def _kill_the_engine() -> None:
    for process in psutil.Process().children():
        if process.name() == "pulumi":
            process.kill()
