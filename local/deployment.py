"""Deploys the program to the emulator, repeatedly if something was changed there by hand."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from local.emulator.clients import Clients
from local.engine.in_process import InProcessEngine
from local.engine.provider import Provider
from local.instance import ROOT
from local.stack_files import read_stack

STACK = "local"

# The emulator runs functions with this machine's Python.
EMULATOR_CONFIG = {"pulumi-serverless:bundleFor": "host"}


class Deployment:
    """The program in one emulator; `settings` override those of the local stack, as text."""

    def __init__(
        self,
        client: Clients,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = dict(settings or {})
        self._engine = InProcessEngine(Provider(client), **({"say": say} if say else {}))

    def set_config(self, path: str, value: str) -> None:
        """Change a setting of the stack, as `pulumi config set --path` does; `up` reads it.

        Text that is JSON is parsed.
        """
        project = read_stack(ROOT, STACK).project
        key, *inner = path.split(".")
        if not inner:
            self._settings[key] = value
            return
        document = json.loads(self.config()[f"{project}:{key}"])
        *parents, last = inner
        parent = document
        for step in parents:
            parent = parent[step]
        parent[last] = json.loads(value)
        self._settings[key] = json.dumps(document)

    def up(self) -> dict[str, Any]:
        """Do what `pulumi up --refresh` does; return the stack's outputs.

        What was deleted or changed by hand is restored. Raises as InProcessEngine.up does.
        """
        project = read_stack(ROOT, STACK).project
        # The program builds its bundles under the working directory, as in `pulumi up`.
        with contextlib.chdir(ROOT):
            return self._engine.up(ROOT, project=project, stack=STACK, config=self.config())

    def config(self) -> dict[str, str]:
        """The stack's configuration as the program gets it: full keys, values as text."""
        project, config = read_stack(ROOT, STACK)
        own = {f"{project}:{key}": value for key, value in self._settings.items()}
        return {**config, **EMULATOR_CONFIG, **own}
