"""A terminal beside the local stack."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from local.deployed import Deployed
from serverless_ops.cli import commands
from serverless_ops.context import Context


class Terminal:
    """Runs `python -m serverless_ops`, which finds the stack as if `make up` had started it."""

    def __init__(self, stack: Deployed, folder: Path) -> None:
        instance = folder / f"up-{stack.emulator.port}"
        instance.mkdir()
        shutil.copy(stack.emulator.log.with_name("credentials.json"), instance)
        self._outputs_file = instance / "outputs.json"
        self.use(stack)
        # The emulator's queues are not distributed: a long poll finds no more than a short one.
        self._context = Context(local_folder=folder, poll_seconds=0)

    def use(self, stack: Deployed) -> None:
        """Let the commands find the stack's outputs as they are now."""
        self._outputs_file.write_text(json.dumps(stack.outputs))

    def run(self, *words: str, replies: str | None = None) -> Result:
        """Run a command on the stack."""
        return self.run_exactly(*words, "--stack", "local", replies=replies)

    def run_exactly(self, *words: str, replies: str | None = None) -> Result:
        """Run a command as given."""
        return CliRunner().invoke(commands, list(words), obj=self._context, input=replies)
