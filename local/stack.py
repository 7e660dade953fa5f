"""The whole program, deployed to an emulator of its own. The tour, `up` and the tests use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.clients import Clients
from local.emulator import Emulator, free_port, running_emulator
from local.instance import ROOT, Instance, sweep_leftovers
from local.metrics import publishing_metrics
from local.monitor import run_program
from local.provider import EmulatorProvider
from local.stack_files import read_stack

STACK = "local"

RETRY_BASE_SECONDS = 0.5


@dataclass(frozen=True)
class DeployedStack:
    """The program in the emulator."""

    outputs: dict[str, Any]
    """The stack's outputs, as `pulumi stack output` would print them."""

    emulator: Emulator

    @property
    def api_url(self) -> str:
        """Where the API answers, without a trailing slash."""
        return str(self.outputs["apiUrl"])

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator that may do anything."""
        return self.emulator.client(service)

    def emails(self) -> list[dict[str, Any]]:
        """Every e-mail sent, oldest first; each has Source, To, Subject and BodyText."""
        return self.emulator.emails()

    def function_names(self) -> dict[str, str]:
        """Physical names of the functions by their operation, e.g. "create-task"."""
        names: dict[str, str] = self.outputs["functionNames"]
        return names


@contextmanager
def deployed_stack(
    kind: str, port: int | None = None, *, retry_base_seconds: float = RETRY_BASE_SECONDS
) -> Iterator[DeployedStack]:
    """The program deployed on `port` (a free one if None) while the block runs.

    `kind` names the instance together with the port. What earlier runs of the kind left behind
    when they were killed is cleaned up first. Raises InstanceInUseError, EmulatorError, and
    whatever the program raises.
    """
    sweep_leftovers(f"{kind}-")
    port = free_port() if port is None else port
    with (
        Instance(f"{kind}-{port}").owned() as instance,
        running_emulator(instance, port, retry_base_seconds=retry_base_seconds) as emulator,
    ):
        outputs = deploy(emulator.client)
        with publishing_metrics(emulator.client):
            yield DeployedStack(outputs, emulator)


def deploy(client: Clients) -> dict[str, Any]:
    """Create everything the program declares for the local stack; return the stack's outputs."""
    project, config = read_stack(ROOT, STACK)
    # The program builds its bundles under the working directory, as `pulumi up` has it.
    with contextlib.chdir(ROOT):
        graph = run_program(
            ROOT, project=project, stack=STACK, config=config, mocks=EmulatorProvider(client)
        )
    return dict(graph.exports)
