"""A program, deployed to an emulator of its own for as long as a block runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.cloudwatch.publisher import publishing_metrics
from local.deployment import Deployment
from local.emulator.start import Emulator, EmulatorError, free_port, running_emulator
from local.instance import ROOT, Instance, sweep_leftovers
from local.invoke import invoke
from local.logs import function_logs
from local.program.load_local_setup import set_up
from local.program.make_virtual_environment import python_of
from local.program.project import read_project

if TYPE_CHECKING:
    import httpx

_HTTP_SECONDS = 60

RETRY_BASE_SECONDS = 0.5
"""Wait before a failed event's first retry; it doubles. On AWS it is a minute."""


class Deployed:
    """A program in an emulator."""

    def __init__(self, emulator: Emulator, deployment: Deployment) -> None:
        self.emulator = emulator
        self.deployment = deployment
        self.outputs: dict[str, Any] = {}
        """The stack's outputs, as `pulumi stack output` would print them."""

    def up(self) -> None:
        """Deploy the program as it is now; the outputs may differ afterwards."""
        self.outputs = self.deployment.up()

    @property
    def operations(self) -> dict[str, Any]:
        """The output `operations` of a program that exports it: alarms, functions, queues."""
        operations: dict[str, Any] = self.outputs["operations"]
        return operations

    @cached_property
    def http(self) -> httpx.Client:
        """For requests to the program's APIs. Each opens a connection of its own and sends no
        cookies, as from a new client."""
        import httpx  # noqa: PLC0415 -- most commands ask no API

        own_connections = httpx.Limits(max_keepalive_connections=0)
        client = httpx.Client(trust_env=False, timeout=_HTTP_SECONDS, limits=own_connections)
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return client

    def close(self) -> None:
        """End the connections of `http`."""
        if client := vars(self).pop("http", None):
            client.close()

    def function_names(self) -> dict[str, str]:
        """Physical names of the functions by their logical names, e.g. "tasks-create-task"."""
        names: dict[str, str] = self.operations["functions"]
        return names

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator with all permissions."""
        return self.emulator.client(service)

    def invoke(self, function: str, payload: object) -> Any:
        """Call a function by its logical name and return what it returns.

        EmulatorError if there is no such function, or if it failed, with what it raised.
        """
        return json.loads(invoke(self.emulator.client, function, json.dumps(payload)))

    def emails(self) -> list[dict[str, Any]]:
        """Every email sent, oldest first; each has Source, To, Subject, BodyText, MessageId."""
        return self.emulator.emails()

    def logs(self, function: str) -> list[str]:
        """What a function with this in its name has logged, oldest first, with time and name."""
        return list(function_logs(self.emulator.client, function, follow=False))

    def log_records(self, function: str) -> list[dict[str, Any]]:
        """The JSON that a function with this in its name has logged, oldest first."""
        records = (line.partition("  ")[2] for line in self.logs(function))
        return [json.loads(record) for record in records if record.startswith("{")]

    def dead_letters(self, name: str | None = None) -> list[Any]:
        """What waits in a dead-letter queue of the output `operations`, without touching it.

        `name` is the queue's there; it can be left out if the program has one. Each is the body of
        a message, parsed if it is JSON.
        """
        if "operations" not in self.outputs:
            raise EmulatorError(
                "the program must export `operations`, the outputs of an Operations component, for "
                f"its dead letters to be found; it exports {sorted(self.outputs) or 'nothing'}"
            )
        queues = self.operations.get("deadLetters", {})
        if name is None and len(queues) == 1:
            [name] = queues
        if name not in queues:
            raise EmulatorError(
                f"which dead-letter queue? The program has {sorted(queues) or 'none'}, got {name!r}"
            )
        queue = queues[name]
        messages = self.emulator.waiting(queue["queueUrl"].rpartition("/")[2])
        return [_parsed(message["Body"]) for message in messages]

    def ops(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m serverless_ops` with these words on this stack."""
        outputs = self.emulator.directory / "outputs.json"
        outputs.write_text(json.dumps(self.outputs))
        return subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "local.operations", *words, "--outputs", str(outputs)],
            cwd=ROOT,
            env={**os.environ, **self.emulator.client.environment()},
            capture_output=True,
            text=True,
            check=False,
        )


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


@contextmanager
def running_instance(
    kind: str,
    port: int | None = None,
    *,
    retry_base_seconds: float = RETRY_BASE_SECONDS,
    proxy_port: int | None = None,
    without_patches: Sequence[str] = (),
    function_python: Path | None = None,
    only_service: str | None = None,
) -> Iterator[Emulator]:
    """An empty emulator on `port`, or on a free one, while the block runs.

    `kind` names the instance together with the port. What earlier runs of the kind left behind
    when they were killed is cleaned up first. The others are as in `running_emulator`. Raises
    InstanceInUseError and EmulatorError.
    """
    sweep_leftovers(f"{kind}-")
    port = port or free_port()
    with (
        Instance(f"{kind}-{port}").owned() as instance,
        running_emulator(
            instance,
            port,
            retry_base_seconds=retry_base_seconds,
            proxy_port=proxy_port,
            without_patches=without_patches,
            function_python=function_python,
            only_service=only_service,
        ) as emulator,
    ):
        yield emulator


@contextmanager
def deployed(
    folder: Path,
    kind: str = "test",
    *,
    settings: Mapping[str, str] | None = None,
    retry_base_seconds: float = RETRY_BASE_SECONDS,
    watched: bool = True,
    python: Path | None = None,
) -> Iterator[Deployed]:
    """The program in `folder` deployed while the block runs, and what its local_setup.py makes.

    `settings` override those of the local stack, as text. `watched` publishes metrics and evaluates
    the alarms each second, which costs the emulator more with every datapoint; a caller that sets
    it to False does so itself, at its own time, or measures without it. `python` runs the program;
    without it, the program's own environment does. Raises what the program raises, ProjectError
    and EmulatorError.
    """
    project = read_project(folder)
    with (
        running_instance(kind, retry_base_seconds=retry_base_seconds) as emulator,
        set_up(project, emulator) as own,
    ):
        deployment = Deployment(
            emulator.client,
            project,
            settings={**own, **(settings or {})},
            python=python or python_of(project),
        )
        program = Deployed(emulator, deployment)
        program.up()
        with closing(program), publishing_metrics(emulator.client) if watched else nullcontext():
            yield program
