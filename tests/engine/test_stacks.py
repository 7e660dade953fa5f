"""Every program of this repository in each of its stacks, from nothing and back to nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi.automation import CommandError

from local.emulator.clients import Clients
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed, named
from tests.engine.stacks import UNCHANGED, resource_name
from tests.program.programs import PROGRAMS, ROOT, STACKS

ON_CALL = "on-call@example.com"
"""Who is notified of the alarms of an example."""

EVERY = [(ROOT, stack) for stack in STACKS] + [
    (program, stack.name.split(".")[1])
    for program in PROGRAMS
    if program != ROOT
    for stack in sorted(program.glob("Pulumi.*.yaml"))
]


@pytest.mark.parametrize(
    ("program", "name"), EVERY, ids=lambda value: getattr(value, "name", value)
)
def test_a_stack_comes_up_stays_and_goes(
    program: Path, name: str, make_stack: MakeStack, clients: Clients
) -> None:
    stack = make_stack(name, program)
    stack.project.unprotect(name)

    planned = stack.preview()
    assert listed(clients) == {}
    made = stack.up()
    assert made == planned
    assert made.created
    assert not made.replaced | made.updated | made.deleted
    assert named(listed(clients)) == stack.recorded
    assert ON_CALL not in json.dumps(stack.resources)

    assert stack.up() == UNCHANGED
    assert stack.refresh() == UNCHANGED

    assert stack.destroy().deleted == made.created
    assert listed(clients) == {}


def test_protected_data_is_not_destroyed_and_each_resource_is_named(
    make_stack: MakeStack, clients: Clients
) -> None:
    stack = make_stack("local")
    stack.configure(protectData=True)
    stack.up()
    before = listed(clients)
    protected = [each["urn"] for each in stack.resources if each.get("protect")]

    with pytest.raises(CommandError) as refused:
        stack.preview_destroy()

    assert {resource_name(urn).split("(")[1] for urn in protected} >= {
        "aws:dynamodb/table:Table)",
        "aws:sqs/queue:Queue)",
    }
    for urn in protected:
        assert f'resource "{urn}" cannot be deleted' in str(refused.value)
    assert listed(clients) == before
