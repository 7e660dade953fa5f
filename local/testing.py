"""Tests of a program against the emulator: the pytest plugin of `python -m local test FOLDER`.

def test_an_order_is_shipped(program: Deployed) -> None:
    program.invoke("take-order", {"orderId": "1", "address": "1 Main St"})

    eventually(lambda: "shipped 1" in "".join(program.logs("ship-order")), "the shipment")
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar, cast

import psutil
import pytest

from local.deployed import Deployed, deployed
from local.emulator.workers import function_processes
from local.program.make_virtual_environment import python_of
from local.program.project import read_project
from local.tour import Step, steps_of
from local.wait import wait_until

__all__ = [
    "DeployChanged",
    "Deployed",
    "deployed",
    "eventually",
    "most_at_once",
    "sized",
    "workers_dying",
]

T = TypeVar("T")


def eventually(poll: Callable[[], T | None], awaited: str, *, seconds: float = 30) -> T:
    """Call `poll` until its result is true, and return that.

    Raises DeadlineExceededError naming `awaited` and the last result after `seconds`.
    """
    return cast("T", wait_until(poll, awaited, seconds=seconds))


def sized(small: int, *, full: int) -> int:
    """How much a proof is made of: `small`, which proves the same in seconds; or `full`, if the
    environment has PROOF=full.

    Raises UsageError if it has another PROOF.
    """
    match os.environ.get("PROOF", ""):
        case "":
            return small
        case "full":
            return full
        case other:
            raise pytest.UsageError(
                f"the environment variable PROOF must be full, or not set, got {other!r}"
            )


def most_at_once(changes: Iterable[tuple[Any, int]]) -> int:
    """Return how many there were at most at the same time, of changes by 1 or -1 with their times.

    Of two changes at the same time, the decrease comes first.
    """
    return max(accumulate(change for _, change in sorted(changes)), default=0)


@contextmanager
def workers_dying(program: Deployed, function: str, *, every_seconds: float) -> Iterator[list[int]]:
    """Kill one process of a function after the other, chosen at random, while the block runs; yield
    the list of those that were killed."""
    physical = program.function_names()[function]
    stopped, killed = threading.Event(), list[int]()

    def kill() -> None:
        while not stopped.wait(every_seconds):
            found = function_processes(program.emulator)
            workers = [process for process, name in found if name == physical]
            if workers:
                worker = random.choice(workers)  # noqa: S311 -- no secret
                with suppress(psutil.Error):
                    worker.kill()
                    killed.append(worker.pid)

    killer = threading.Thread(target=kill, name="killer", daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        stopped.set()
        killer.join()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the program."""
    group = parser.getgroup("serverless", "A program in the local emulator")
    group.addoption("--program", type=Path, default=Path(), help="Folder of the program to deploy.")
    group.addoption(
        "--python",
        type=lambda text: Path(text).absolute(),
        help="Run the program with this, not with its own environment.",
    )


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """The program, deployed once for all tests to an emulator of its own."""
    folder: Path = request.config.getoption("--program")
    python: Path | None = request.config.getoption("--python")
    with deployed(folder, "program-test", python=python) as running:
        # At the end pytest looks for garbage five times: not among all classes of the SDK.
        gc.collect()
        gc.freeze()
        yield running


DeployChanged = Callable[
    [Mapping[str, Sequence[tuple[str, str]]]], AbstractContextManager[Deployed]
]


@pytest.fixture
def deploy_changed(request: pytest.FixtureRequest, tmp_path: Path) -> DeployChanged:
    """Deploys a copy of the program in which texts are replaced, by file: a negative control.

    A text that the file does not have exactly once is an error: the control would prove nothing.
    """
    folder: Path = request.config.getoption("--program")
    python: Path = request.config.getoption("--python") or python_of(read_project(folder))

    def deploy(
        changes: Mapping[str, Sequence[tuple[str, str]]],
    ) -> AbstractContextManager[Deployed]:
        copy = tmp_path / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("tests", ".*", "__pycache__"))
        for file, replacements in changes.items():
            text = (copy / file).read_text()
            for old, new in replacements:
                if text.count(old) != 1:
                    pytest.fail(f"{file} must have {old!r} once, has it {text.count(old)} times")
                text = text.replace(old, new)
            (copy / file).write_text(text)
        return deployed(copy, "program-test-changed", python=python)

    return deploy


@pytest.fixture(scope="session")
def tour(request: pytest.FixtureRequest) -> Sequence[Step]:
    """The steps of the program's local_tour.py, to be taken one after the other."""
    return steps_of(request.config.getoption("--program"))
