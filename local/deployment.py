"""Deploys the program to the emulator, repeatedly if something was changed there by hand."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from local.emulator.clients import Clients
from local.engine.provider import EmulatorProvider, UnsupportedError
from local.instance import ROOT
from local.stack_files import read_stack
from pulumi_serverless.testing import run_program

STACK = "local"

# The emulator runs functions with this machine's Python.
EMULATOR_CONFIG = {"pulumi-serverless:bundleFor": "host"}


class Deployment:
    """The program in one emulator; `settings` override those of the local stack, as text."""

    def __init__(self, client: Clients, settings: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._settings = dict(settings or {})
        self._provider: EmulatorProvider | None = None

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

        The first time everything is created. Later what was deleted is created again, and what
        differs from the program is changed back, for the types that have an updater in
        local/engine/services; others are assumed to be as they were created. Raises whatever the
        program raises, and UnsupportedError for what would have to be deleted.
        """
        provider = EmulatorProvider(self._client, self._provider)
        project = read_stack(ROOT, STACK).project
        # The program builds its bundles under the working directory, as in `pulumi up`.
        with contextlib.chdir(ROOT):
            graph = run_program(
                ROOT, project=project, stack=STACK, config=self.config(), mocks=provider
            )
        if provider.no_longer_declared:
            raise UnsupportedError(
                "the local deployment cannot delete "
                f"{', '.join(sorted(provider.no_longer_declared))}; "
                "run `make down` and `make up`"
            )
        self._provider = provider
        return dict(graph.exports)

    def config(self) -> dict[str, str]:
        """The stack's configuration as the program gets it: full keys, values as text."""
        project, config = read_stack(ROOT, STACK)
        own = {f"{project}:{key}": value for key, value in self._settings.items()}
        return {**config, **EMULATOR_CONFIG, **own}
