"""One change at a time to the stack `local`: the engine does what follows from it.

What should be created, changed and deleted is worked out from the record of the program before and
after the change, which no engine has seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from local.emulator.clients import Clients
from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, Graph, run_program
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed, named
from tests.engine.projects import entered
from tests.engine.stacks import UNCHANGED, Stack, resource_name

SECOND_HANDOFF = """
audit = NotificationService(
    "audit",
    NotificationServiceArgs(
        foundation=foundation,
        channels=[each for each in config.channels if each.kind == "sms"],
        dead_letter_queue=dead_letters,
    ),
)
audit_events = AsyncHandoff(
    "audit-events",
    AsyncHandoffArgs(
        foundation=foundation, target=audit.function, dead_letter_queue=dead_letters
    ),
)
"""
SECOND_EMAIL = {
    "kind": "email",
    "name": "audit",
    "sender": "audit@example.com",
    "recipients": ["audit@example.com"],
}


class Change(NamedTuple):
    """A change of the stack, and which types of resources it replaces."""

    make: Callable[[Stack], None]

    replaces: frozenset[str] = frozenset()


def channels(stack: Stack) -> list[Any]:
    return list(stack.project.setting("local", "channels"))


CHANGES = {
    "less memory": Change(lambda stack: stack.configure(memoryMb=256)),
    "logs are kept longer": Change(lambda stack: stack.configure(logRetentionDays=3)),
    "one channel more": Change(
        lambda stack: stack.configure(channels=[*channels(stack), SECOND_EMAIL])
    ),
    "one channel less": Change(lambda stack: stack.configure(channels=channels(stack)[:-1])),
    "a key": Change(lambda stack: stack.configure(encryption="customer")),
    "no key": Change(lambda stack: stack.configure(encryption="aws")),
    "a second handoff": Change(lambda stack: stack.project.rewrite(more=SECOND_HANDOFF)),
    "a renamed component": Change(
        lambda stack: stack.project.rewrite(
            ('"tasks", TaskServiceArgs', '"todos", TaskServiceArgs')
        )
    ),
    "another name of the queue": Change(
        lambda stack: stack.project.rewrite(('"task-events-dead-letters"', '"dead-letters"'))
    ),
}


@pytest.fixture(scope="module")
def local(make_stacks: MakeStack) -> Stack:
    stack = make_stacks("local")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def latest(local: Stack) -> dict[str, str]:
    """What the program declared before the change."""
    return declared(local)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_does_what_it_says_and_nothing_else(
    name: str, local: Stack, latest: dict[str, str], clients: Clients
) -> None:
    before = dict(latest)
    CHANGES[name].make(local)
    after = declared(local)
    latest.clear()
    latest.update(after)

    did = local.up()

    assert did.created == after.keys() - before.keys()
    assert did.deleted == before.keys() - after.keys()
    kept = after.keys() & before.keys()
    assert did.updated | did.replaced == {each for each in kept if after[each] != before[each]}
    assert {each.split("(")[1].rstrip(")") for each in did.replaced} == CHANGES[name].replaces
    assert named(listed(clients)) == local.recorded
    assert local.up() == UNCHANGED


def declared(stack: Stack) -> dict[str, str]:
    """The inputs of each resource by its name, as the mocks record them."""
    config = read_project(stack.project.folder).config(stack.name)
    with entered(stack.project):
        graph: Graph = run_program(
            stack.project.folder,
            project=stack.project.name,
            stack=stack.name,
            config=config,
            mocks=AwsMocks(),
        )
    return {
        resource_name(each.urn): json.dumps(each.inputs, sort_keys=True, default=vars)
        for each in graph.all
    }
