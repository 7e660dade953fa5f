"""Tests of a program against the emulator: the pytest plugin of `python -m local test FOLDER`.

def test_an_order_is_shipped(program: Deployed) -> None:
    program.invoke("take-order", {"orderId": "1", "address": "1 Main St"})

    eventually(lambda: "shipped 1" in "".join(program.logs("ship-order")), "the shipment")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from local.deployed import Deployed, deployed
from local.wait import wait_until

__all__ = ["Deployed", "deployed", "eventually"]

T = TypeVar("T")


def eventually(poll: Callable[[], T], awaited: str, *, seconds: float = 30) -> T:
    """Call `poll` until its result is true, and return that.

    Raises DeadlineExceededError naming `awaited` and the last result after `seconds`.
    """
    return wait_until(poll, awaited, seconds=seconds)


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
        yield running
