"""One empty emulator for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulator.start import Emulator, free_port, running_emulator
from local.instance import Instance, sweep_leftovers
from tests.local.redeployed import Stack


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    sweep_leftovers("test-")
    port = free_port()
    with (
        Instance(f"test-{port}").owned() as instance,
        running_emulator(instance, port, retry_base_seconds=0.1) as started,
    ):
        yield started


@pytest.fixture
def stack(emulator: Emulator) -> Stack:
    return Stack(emulator)
