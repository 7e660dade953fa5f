from __future__ import annotations

import pytest

from pulumi_serverless.testing.program import Graph
from tests.program.programs import run_stack


@pytest.fixture(scope="session")
def dev() -> Graph:
    """What a deployment of stack dev declares."""
    return run_stack("dev")


@pytest.fixture(scope="session")
def prod() -> Graph:
    """What a deployment of stack prod declares."""
    return run_stack("prod")
