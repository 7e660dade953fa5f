"""Deploys a program to an emulator, and again when it has changed or was changed by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.emulator.clients import Clients
from local.engine.change import silent
from local.engine.in_process_engine import InProcessEngine, forget
from local.engine.provider import Provider
from local.engine.state_file import StateFile
from local.program.child_process import ChildProcess, start
from local.program.local_stack import STACK, config_of
from local.program.project import Project
from local.program.run_in_own_process import run_project
from pulumi_serverless.testing import Graph


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
        file = None if state_file is None else StateFile(state_file)
        self._engine = InProcessEngine(
            Provider(client),
            file.read() if file else None,
            say=say,
            save=file.save if file else forget,
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

    def up(self, process: ChildProcess | None = None) -> dict[str, Any]:
        """Do what `pulumi up --refresh` does; return the stack's outputs.

        What was deleted or changed by hand is restored. `process` is the program's, if it has been
        started already. Raises as InProcessEngine.up and run_project do.
        """

        def run(graph: Graph) -> None:
            run_project(self._project, STACK, process or self._start(), graph)

        return self._engine.up(run)

    @property
    def changed(self) -> bool:
        """Whether the last `up` did anything."""
        return bool(self._engine.changes)

    def config(self) -> dict[str, str]:
        """The stack's configuration as the program gets it: full keys, values as text."""
        return config_of(self._project, self._settings)

    def _start(self) -> ChildProcess:
        # A program that calls AWS by itself must not reach the real one.
        environment = self._client.environment()
        return start(self._project, STACK, self.config(), self._python, environment)
