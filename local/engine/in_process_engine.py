"""Deploys a program to the emulator in this process, without the Pulumi CLI.

It does not replace the engine. It
creates in the program's order, updates what changed (or was changed by
hand), replaces (the old one first), and deletes what is no longer declared. It has no previews, no
unknown values, no aliases, no import and no refresh of its own: these are the real engine's, which
the same provider serves (`local.engine.provider`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.engine.change import Change, silent
from local.engine.deployment import Deployment
from local.engine.provider import Provider
from local.engine.state import State
from pulumi_serverless.testing import Graph


def forget(_state: State) -> None:
    """Keep nothing."""


class InProcessEngine:
    """Deploys programs one after another to one emulator; `state` is what stands there.

    After an error, `state` holds what was done until then, so that the next `up` completes it.
    """

    def __init__(
        self,
        provider: Provider,
        state: State | None = None,
        say: Callable[[str], None] = silent,
        save: Callable[[State], None] = forget,
        folder: Path | None = None,
    ) -> None:
        """`folder` is the program's: relative paths of assets are below it, or else below this
        process's working directory.
        """
        self.state = State() if state is None else state
        self.changes: list[Change] = []
        """What the last `up` did."""
        self._provider = provider
        self._say = say
        self._save = save
        self._folder = folder

    def up(self, run: Callable[[Graph], object]) -> dict[str, Any]:
        """Deploy what a program declares; return the stack's outputs.

        `run` runs the program against the recording that it is given. `save` has been called with
        the state after each change. Raises what `run` raises, ProgramError for inputs that the
        provider rejects or for a protected resource, and UnsupportedError for what the emulator's
        provider does not have.
        """
        deployment = Deployment(
            self._provider, self.state, self._say, self._save, self._folder or Path.cwd()
        )
        self.changes = deployment.changes
        graph = deployment.graph
        with deployment.refreshing():
            run(graph)
        deployment.delete_leftovers()
        self._save(self.state)
        deployment.say_counts()
        return dict(graph.exports)
