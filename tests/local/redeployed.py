"""Programs in the emulator that a test deploys more than once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulator.start import Emulator
from local.engine.provider import EmulatorProvider
from pulumi_serverless.testing import run_program


class Stack:
    """Knows what the last deployment created."""

    def __init__(self, emulator: Emulator) -> None:
        self._client = emulator.client
        self.provider: EmulatorProvider | None = None

    def up(self, program: Callable[[], Any]) -> dict[str, Any]:
        self.provider = EmulatorProvider(self._client, self.provider)
        return dict(run_program(program, mocks=self.provider).exports)
