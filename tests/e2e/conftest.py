"""The program, deployed once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local.stack import DeployedStack, deployed_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[DeployedStack]:
    with deployed_stack("e2e", retry_base_seconds=0.2) as deployed:
        yield deployed


@pytest.fixture(scope="session")
def api(stack: DeployedStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, trust_env=False, timeout=30) as client:
        yield client
