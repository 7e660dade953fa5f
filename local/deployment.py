"""Deploys a program to an emulator, and again when it has changed or was changed by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.emulator.clients import Clients
from local.engine.in_process_engine import InProcessEngine, silent
from local.engine.provider import Provider
from local.engine.state import State
from local.program.project import Project
from local.program.run_in_own_process import run_project
from pulumi_serverless.testing import Graph

STACK = "local"

# The emulator runs functions with this machine's Python.
EMULATOR_CONFIG = {"pulumi-serverless:bundleFor": "host"}


class Deployment:
    """A program in one emulator."""

    def __init__(
        self,
        client: Clients,
        project: Project,
        *,
        settings: Mapping[str, str] | None = None,
        python: Path = Path(sys.executable),
        state_file: Path | None = None,
        say: Callable[[str], None] = silent,
    ) -> None:
        """`settings` override those of the local stack, as text; `python` runs the program.

        The state is read from `state_file`, if there is one, and kept there. `say` gets a line for
        each change.
        """
        self._client = client
        self._project = project
        self._settings = dict(settings or {})
        self._python = python
        self._state_file = state_file
        self._engine = InProcessEngine(
            Provider(client),
            _read(state_file),
            say=say,
            save=self._save,
            folder=project.folder,
        )

    def set_config(self, path: str, value: str) -> None:
        """Change a setting of the stack, as `pulumi config set --path` does; `up` reads it.

        Text that is JSON is parsed.
        """
        key, *inner = path.split(".")
        if not inner:
            self._settings[key] = value
            return
        document = json.loads(self.config()[f"{self._project.name}:{key}"])
        *parents, last = inner
        parent = document
        for step in parents:
            parent = parent[step]
        parent[last] = json.loads(value)
        self._settings[key] = json.dumps(document)

    def up(self) -> dict[str, Any]:
        """Do what `pulumi up --refresh` does; return the stack's outputs.

        What was deleted or changed by hand is restored. Raises as InProcessEngine.up and
        run_project do.
        """
        return self._engine.up(self._run)

    @property
    def changed(self) -> bool:
        """Whether the last `up` did anything."""
        return bool(self._engine.changes)

    def config(self) -> dict[str, str]:
        """The stack's configuration as the program gets it: full keys, values as text."""
        own = {f"{self._project.name}:{key}": value for key, value in self._settings.items()}
        return {**self._project.config(STACK), **EMULATOR_CONFIG, **own}

    def _run(self, graph: Graph) -> None:
        run_project(
            self._project,
            stack=STACK,
            config=self.config(),
            python=self._python,
            graph=graph,
            # A program that calls AWS by itself must not reach the real one.
            environment=self._client.environment(),
        )

    def _save(self, state: State) -> None:
        if self._state_file is not None:
            partial = self._state_file.with_suffix(".partial")
            partial.write_text(json.dumps(state.to_json()))
            partial.rename(self._state_file)


def _read(state_file: Path | None) -> State | None:
    if state_file is None or not state_file.exists():
        return None
    return State.from_json(json.loads(state_file.read_text()))
