"""The program, deployed for each file, so that what one breaks does not affect another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from local.scenario.handoff_stack import HandoffStack, handoff_stack

_DEPLOYS_FOR_EACH_TEST = ("test_examples.py", "test_runbook_of_examples.py")


class _Scheduling(LoadFileScheduling):  # type: ignore[misc]  # has no types
    """A process has a file's tests, which share a deployment, or one test with its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if Path(file).name in _DEPLOYS_FOR_EACH_TEST else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Distribute the tests so that no process is left alone with all examples."""
    return _Scheduling(config, log)


@pytest.fixture(scope="module")
def stack() -> Iterator[HandoffStack]:
    with handoff_stack("e2e", retry_base_seconds=0.2) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def api(stack: HandoffStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, trust_env=False, timeout=30) as client:
        yield client
