"""Programs in the emulator that a test deploys more than once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulator.start import Emulator
from local.engine.in_process_engine import InProcessEngine
from local.engine.provider import Provider
from pulumi_serverless.testing import run_program


def deploy(engine: InProcessEngine, program: Callable[[], Any]) -> dict[str, Any]:
    """Deploy a function's program."""
    return engine.up(lambda graph: run_program(program, mocks=graph))


class Stack:
    """Knows what the last deployment created."""

    def __init__(self, emulator: Emulator) -> None:
        self.messages: list[str] = []
        self.engine = InProcessEngine(Provider(emulator.client), say=self.messages.append)

    @property
    def done(self) -> list[tuple[str, str]]:
        """What the last deployment did: created, updated, replaced or deleted, and the name."""
        return [(change.done, change.urn.rpartition("::")[2]) for change in self.engine.changes]

    def up(self, program: Callable[[], Any]) -> dict[str, Any]:
        self.messages.clear()
        return deploy(self.engine, program)
