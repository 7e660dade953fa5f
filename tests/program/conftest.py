from __future__ import annotations

import pytest

from pulumi_serverless.testing import Graph
from tests.program.programs import PROGRAMS, deploy, project_of, run_stack


@pytest.fixture(scope="session")
def dev() -> Graph:
    """What a deployment of stack dev declares."""
    return run_stack("dev")


@pytest.fixture(scope="session")
def prod() -> Graph:
    """What a deployment of stack prod declares."""
    return run_stack("prod")


@pytest.fixture(scope="session", params=PROGRAMS, ids=project_of)
def program(request: pytest.FixtureRequest) -> Graph:
    """What each program of the repository declares, one after the other."""
    return deploy(request.param)
