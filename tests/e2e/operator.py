"""Somebody at a terminal beside the local stack."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from local.stack import DeployedStack
from ops.cli import commands
from ops.context import Surroundings


class Terminal:
    """Types commands of `python -m ops`; the stack is found as what `make up` has started."""

    def __init__(self, stack: DeployedStack, folder: Path) -> None:
        place = folder / f"up-{stack.emulator.port}"
        place.mkdir()
        self._outputs_file = place / "outputs.json"
        self.is_beside(stack)
        # The emulator's queues are whole: a long poll finds no more than a short one.
        self._surroundings = Surroundings(local_folder=folder, poll_seconds=0)

    def is_beside(self, stack: DeployedStack) -> None:
        """Let the commands find the stack's outputs as they are now."""
        self._outputs_file.write_text(json.dumps(stack.outputs))

    def types(self, *words: str, answers: str | None = None) -> Result:
        """Run a command on the stack."""
        return self.types_exactly(*words, "--stack", "local", answers=answers)

    def types_exactly(self, *words: str, answers: str | None = None) -> Result:
        """Run a command as it stands."""
        return CliRunner().invoke(commands, list(words), obj=self._surroundings, input=answers)
