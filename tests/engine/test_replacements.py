"""A replacement and what it replaces exist side by side: their names do not collide."""

from __future__ import annotations

from local.emulator.clients import Clients
from local.engine.grpc_values import MADE_UP
from tests.engine.conftest import MakeStack
from tests.engine.listing import listed, named
from tests.engine.stacks import UNCHANGED, resource_name


def test_every_resource_without_a_name_of_its_own_can_be_replaced(
    make_stack: MakeStack, clients: Clients
) -> None:
    stack = make_stack("prod")
    stack.project.unprotect("prod")
    stack.up()
    urns = [each["urn"] for each in stack.resources if MADE_UP in each.get("inputs", {})]

    did = stack.up(replace=urns)

    assert did.replaced >= {resource_name(urn) for urn in urns}
    assert not did.created | did.deleted
    assert named(listed(clients)) == stack.recorded
    assert stack.up() == UNCHANGED
