"""The provider takes what every program of the repository declares, in each of its stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulator.clients import Clients, Credentials
from local.engine.provider import Failure, Provider
from pulumi_serverless.testing import Graph
from tests.program.programs import PROGRAMS, STACKS, deploy, project_of, run_stack

# Never called: inputs are checked without it.
PROVIDER = Provider(Clients("http://127.0.0.1:9", Credentials("never", "used")))


def _failures(graph: Graph) -> dict[str, list[Failure]]:
    checked = {
        resource.urn: PROVIDER.check(
            resource.type, resource.name, resource.inputs, None, b"seed"
        ).failures
        for resource in graph.all
        if resource.custom and resource.type.startswith("aws:")
    }
    assert checked
    return {urn: failures for urn, failures in checked.items() if failures}


@pytest.mark.parametrize("stack", STACKS)
def test_the_main_program_is_taken(stack: str) -> None:
    assert _failures(run_stack(stack)) == {}


@pytest.mark.parametrize("program", PROGRAMS, ids=project_of)
def test_each_program_is_taken(program: Path) -> None:
    assert _failures(deploy(program)) == {}
