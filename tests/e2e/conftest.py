"""The program, deployed for each file, so that what one breaks does not affect another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from local.scenario.handoff_stack import HandoffStack, handoff_stack

_DEPLOYS_FOR_EACH_TEST = ("test_examples.py", "test_runbook_of_examples.py")

_LONGEST = (
    *("test_every_alarm.py", "test_commands.py", "test_contract.py"),
    *("test_interrupted_replays.py", "test_moved_messages.py", "test_outbox.py"),
    *("test_timeline.py", "test_burst.py", "test_wheel.py", *_DEPLOYS_FOR_EACH_TEST),
)
"""They come first, so that no process is left alone with one of them at the end, and what mostly
waits does so while the others have the processors."""

_HELD_BACK = 1


class _Scheduling(LoadFileScheduling):  # type: ignore[misc]  # has no types
    """A process has a file's tests, which share a deployment, or one test with its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if Path(file).name in _DEPLOYS_FOR_EACH_TEST else file

    def _reschedule(self, node: WorkerController) -> None:
        """Hold no more back for a process than the one test that it needs to know beforehand."""
        if self._pending_of(self.assigned_work[node]) < _HELD_BACK + 1 or not self.workqueue:
            super()._reschedule(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Distribute the tests so that no process is left alone with all examples."""
    return _Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    folder = Path(__file__).parent
    places = {folder / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[HandoffStack]:
    """Its alarms are evaluated, and its metrics published, for a file that has WATCHED = True."""
    watched = getattr(request.module, "WATCHED", False)
    with handoff_stack("e2e", retry_base_seconds=0.2, watched=watched) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def api(stack: HandoffStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, trust_env=False, timeout=30) as client:
        yield client
