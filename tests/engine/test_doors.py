"""The provider's two doors: the real engine, and the one in process that needs no CLI."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.deployed import running_instance
from local.deployment import Deployment
from local.emulator.clients import Clients
from local.program.project import read_project
from tests.engine.conftest import MakeStack
from tests.engine.listing import Listing, listed
from tests.program.programs import PROGRAMS

PORT_OF_QUEUE = re.compile(r"http://127\.0\.0\.1:\d+")
MADE_UP = re.compile(r"-[0-9a-f]{7}(?=$|:|\.fifo)")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_both_doors_leave_the_same_resources(
    program: Path, make_stack: MakeStack, clients: Clients
) -> None:
    stack = make_stack("local", program)
    stack.project.unprotect("local")
    stack.up()

    with running_instance("engine-door") as emulator:
        Deployment(emulator.client, read_project(program)).up()
        in_process = comparable(listed(emulator.client))

    assert in_process == comparable(listed(clients))
    assert in_process


def comparable(there: Listing) -> Listing:
    """Without what differs between two deployments: ports, suffixes of names, ids."""
    patterns = (PORT_OF_QUEUE, MADE_UP, ID)
    return {kind: sorted(_without(patterns, name) for name in there[kind]) for kind in there}


def _without(patterns: tuple[re.Pattern[str], ...], name: str) -> str:
    for pattern in patterns:
        name = pattern.sub("", name)
    return name
