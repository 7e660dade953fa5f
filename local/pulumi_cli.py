"""`python -m local pulumi …`: the Pulumi CLI, with an emulator in place of AWS.

The stack's state is kept beside the emulator and deleted with it, so that the two always
match. Its settings are a copy, because the CLI rewrites the file that it is given.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import yaml

from local.background import PULUMI, STATE, Running
from local.console import console
from local.emulator.start import EmulatorError
from local.engine.grpc_server import serving
from local.engine.provider import Provider
from local.errors import ExpectedError
from local.foreground import run_in_foreground
from local.program.local_stack import EMULATOR_CONFIG, STACK
from local.program.make_virtual_environment import python_of
from local.program.project import Project, read_project
from local.up import emulator_of, running_for

_WITH_SETTINGS = ("up", "update", "preview", "pre", "refresh", "destroy", "down", "import")
"""The CLI's commands that read the stack's settings, and take another file of them."""


class PulumiCliError(ExpectedError):
    """The Pulumi CLI is missing, or cannot make the stack."""


def run(arguments: list[str], folder: Path, port: int) -> int:
    """Run the Pulumi CLI for the project in `folder` against the emulator on `port`.

    An emulator is started if none is running. Returns the CLI's status. Raises PulumiCliError,
    ProjectError and EmulatorError.
    """
    cli = shutil.which("pulumi")
    if cli is None:
        raise PulumiCliError(
            "the Pulumi CLI must be on PATH; install it (https://www.pulumi.com/docs/install/), "
            "or deploy without it: python -m local up"
        )
    project = read_project(folder)
    running = running_for(project, port)
    _refuse_a_second_state(running)
    python = python_of(project)
    workspace = running.directory / PULUMI
    environment = _environment(workspace, running, python)
    if not workspace.exists():
        _make_stack(cli, project, workspace, environment)
    provider = Provider(emulator_of(port).client)
    # The engine sends paths relative to its working directory.
    with chdir(project.folder), serving(provider, workspace, console.print) as provider_port:
        environment["PULUMI_DEBUG_PROVIDERS"] = f"aws:{provider_port}"
        settings = _write_settings(project, workspace, running)
        if any(each in _WITH_SETTINGS for each in arguments[:1]):
            arguments = [*arguments, "--config-file", str(settings)]
        return run_in_foreground([cli, *arguments], environment)


def _refuse_a_second_state(running: Running) -> None:
    if (running.directory / STATE).exists():
        raise EmulatorError(
            f"the emulator on port {running.port} must be the Pulumi CLI's alone, but "
            "`python -m local up` has deployed to it; choose another with --port, or stop it: "
            f"python -m local down --port {running.port}"
        )


def _environment(workspace: Path, running: Running, python: Path) -> dict[str, str]:
    """What the CLI needs: a backend on this machine, and nothing of the real AWS."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {
        **inherited,
        # A program that calls AWS by itself must not reach the real one.
        **emulator_of(running.port).client.environment(),
        "PULUMI_BACKEND_URL": (workspace / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_STACK": STACK,
        # As in an activated environment: an older language host runs what is found first.
        "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)]),
    }


def _make_stack(
    cli: str, project: Project, workspace: Path, environment: Mapping[str, str]
) -> None:
    """Make the stack from a copy of the project's file, so that its settings stay as they are."""
    partial = workspace.with_name("pulumi.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "state").mkdir(parents=True)
    shutil.copy(project.folder / "Pulumi.yaml", partial)
    done = subprocess.run(  # noqa: S603 -- the CLI from PATH, our own arguments
        [cli, "stack", "init", STACK, "--no-select", "--non-interactive"],
        cwd=partial,
        env={**environment, "PULUMI_BACKEND_URL": (partial / "state").as_uri()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PulumiCliError(f"`pulumi stack init {STACK}` failed: {done.stderr.strip()}")
    partial.rename(workspace)


def _write_settings(project: Project, workspace: Path, running: Running) -> Path:
    """The stack's settings, with what belongs to this emulator, where the CLI may rewrite them."""
    salt = _read(workspace / f"Pulumi.{STACK}.yaml").get("encryptionsalt")
    document = {"encryptionsalt": salt, **_read(project.folder / f"Pulumi.{STACK}.yaml")}
    own = {f"{project.name}:{key}": _parsed(text) for key, text in running.settings.items()}
    document["config"] = {**(document.get("config") or {}), **EMULATOR_CONFIG, **own}
    settings = workspace / f"Pulumi.{STACK}.yaml"
    settings.write_text(yaml.safe_dump(document))
    return settings


def _read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text()) or {}) if file.exists() else {}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
