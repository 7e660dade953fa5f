"""One empty emulator for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator
from tests.local.redeployed import Stack


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with running_instance("test", retry_base_seconds=0.1) as started:
        yield started


@pytest.fixture
def stack(emulator: Emulator) -> Stack:
    return Stack(emulator)
