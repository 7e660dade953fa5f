"""The program, deployed for each file, so that what one breaks does not affect another."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack, handoff_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[HandoffStack]:
    with handoff_stack("e2e", retry_base_seconds=0.2) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def api(stack: HandoffStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, trust_env=False, timeout=30) as client:
        yield client
