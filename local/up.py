"""`up`: deploys a program to the emulator in the background, and again to the same one."""

from __future__ import annotations

import fcntl
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.markup import escape

from local import background
from local.background import Running
from local.console import console, working
from local.emulator.clients import read_credentials
from local.emulator.start import Emulator, EmulatorError
from local.instance import InstanceInUseError
from local.program.child_process import start
from local.program.load_local_setup import how_to_use
from local.program.local_stack import STACK, config_of
from local.program.make_virtual_environment import python_of
from local.program.project import Project, read_project

_OBJECTS_BEFORE_COLLECTION = 100_000


def up(folder: Path, port: int) -> str:
    """Deploy the program in `folder` to the emulator on `port`; return how to use it.

    An emulator that runs there already is used again if it is the program's own: what changed is
    changed, and nothing else. Raises EmulatorError, ProjectError, ProgramFailedError, and what the
    emulator's provider refuses.
    """
    project = read_project(folder)
    running = running_for(project, port)
    if (running.directory / background.PULUMI).exists():
        raise EmulatorError(
            f"port {port} must have an emulator of its own for `up`, but the Pulumi CLI has "
            "deployed to it; choose another with --port, or go on with: python -m local pulumi up"
        )
    with working(f"Preparing the Python environment of {project.name}"):
        python = python_of(project)
    with _alone(running):
        outputs = _deploy(project, running, python)
        background.write_json(_outputs_file(running), outputs)
    return how_to_use(project, outputs, port)


def _deploy(project: Project, running: Running, python: Path) -> dict[str, Any]:
    client = emulator_of(running.port).client
    config = config_of(project, running.settings)
    with (
        working(f"Deploying {project.name} to port {running.port}"),
        start(project, STACK, config, python, client.environment()) as process,
    ):
        # The SDK's many classes stay: looking for garbage among them takes time.
        gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
        # Imported while the program's process imports Pulumi, too.
        from local.deployment import Deployment  # noqa: PLC0415

        deployment = Deployment(
            client,
            project,
            python=python,
            settings=running.settings,
            state_file=running.directory / background.STATE,
            say=lambda line: console.print(f"    {escape(line)}"),
        )
        outputs = deployment.up(process)
    if not deployment.changed:
        console.print("    No changes.")
    return outputs


def outputs_of(running: Running) -> dict[str, Any] | None:
    """The outputs of the last deployment; None if there was none that succeeded."""
    try:
        found: dict[str, Any] = json.loads(_outputs_file(running).read_text())
    except FileNotFoundError:
        return None
    return found


def emulator_of(port: int) -> Emulator:
    """The emulator that runs on `port`."""
    directory = background.instance(port).directory
    return Emulator(directory, port, read_credentials(directory))


def running_for(project: Project, port: int) -> Running:
    """The emulator of the project on `port`, started if none is running there. EmulatorError."""
    running = background.find(port)
    if running is None:
        if background.was_killed(port):
            console.print(f"What ran on port {port} was killed, and its data is gone.")
        with working(f"Starting an emulator on port {port}"):
            return background.start(project, port)
    if running.program != str(project.folder):
        raise EmulatorError(
            f"port {port} must be free, or have {project.folder} on it, but {running.program} "
            f"runs there; choose another with --port, or stop it: "
            f"python -m local down --port {port}"
        )
    return running


@contextmanager
def _alone(running: Running) -> Iterator[None]:
    """Keep a second deployment to the same emulator out, as a stack's lock does."""
    with (running.directory / "deployment.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstanceInUseError(
                f"another deployment to port {running.port} is in progress; wait until it ends"
            ) from None
        yield


def _outputs_file(running: Running) -> Path:
    return running.directory / "outputs.json"
