"""The program, deployed for each file, so that what one breaks does not affect another."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local.stack import DeployedStack, deployed_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[DeployedStack]:
    with deployed_stack("e2e", retry_base_seconds=0.2) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def api(stack: DeployedStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, trust_env=False, timeout=30) as client:
        yield client
