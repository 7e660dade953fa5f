"""Brings the program up in the emulator, and up again after somebody has changed things there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from local.clients import Clients
from local.instance import ROOT
from local.outside import channels_here
from local.provider import EmulatorProvider, NotDeployableHereError
from local.stack_files import read_stack
from pulumi_serverless.testing.program import run_program

STACK = "local"


class Deployment:
    """The program in one emulator."""

    def __init__(
        self,
        client: Clients,
        receiver_url: str,
        *,
        only: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self._receiver_url = receiver_url
        self._only = only
        self._settings = dict(settings or {})
        self._provider: EmulatorProvider | None = None

    def set_config(self, path: str, value: str) -> None:
        """Change a setting of the stack, as `pulumi config set --path` does; `up` reads it.

        Text that is JSON is taken for what it says.
        """
        project = read_stack(ROOT, STACK).project
        key, *inner = path.split(".")
        if not inner:
            self._settings[key] = value
            return
        whole = json.loads(self.config()[f"{project}:{key}"])
        *way, last = inner
        part = whole
        for step in way:
            part = part[step]
        part[last] = json.loads(value)
        self._settings[key] = json.dumps(whole)

    def up(self) -> dict[str, Any]:
        """Do what `pulumi up --refresh` does; return the stack's outputs.

        The first time everything is made. Later what is gone is made again, and what differs from
        the program is changed back, for the types that `MENDERS` of local/resources know; others
        are taken to stand as they were made. Raises whatever the program raises, and
        NotDeployableHereError for what would have to be deleted.
        """
        provider = EmulatorProvider(self._client, self._provider)
        project = read_stack(ROOT, STACK).project
        # The program builds its bundles under the working directory, as `pulumi up` has it.
        with contextlib.chdir(ROOT):
            graph = run_program(
                ROOT, project=project, stack=STACK, config=self.config(), mocks=provider
            )
        if provider.left_over:
            raise NotDeployableHereError(
                f"the local deployment cannot delete {', '.join(sorted(provider.left_over))}; "
                "run `make down` and `make up`"
            )
        self._provider = provider
        return dict(graph.exports)

    def config(self) -> dict[str, str]:
        """The stack's configuration as the program gets it: full keys, values as text."""
        project, config = read_stack(ROOT, STACK)
        key = f"{project}:channels"
        config[key] = channels_here(config[key], self._receiver_url, self._only)
        own = {f"{project}:{key}": value for key, value in self._settings.items()}
        return config | own
