"""`python -m local pulumi`: the CLI itself, as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import background
from local.emulator.start import free_port
from local.up import emulator_of
from tests.engine.listing import listed
from tests.program.programs import ROOT
from tests.rewrite import rewrite

PROGRAM = """
import sys

import pulumi
import pulumi_aws as aws

queue = aws.sqs.Queue("orders", visibility_timeout_seconds=pulumi.Config().require_int("seconds"))
pulumi.export("queue", queue.name)
pulumi.export("python", sys.prefix)
"""

KILL = """
import psutil


def kill(_url):
    parents = psutil.Process().parents()
    [*_, runner] = [each for each in parents if "pulumi" in each.cmdline()[:4]]
    # The emulator is its child, too.
    for each in (runner, *[each for each in runner.children() if each.name() == "pulumi"]):
        each.kill()


aws.sqs.Queue("other", name="other").url.apply(kill)
"""
"""The end of a program that kills the CLI and the provider when its second queue stands."""


class Command:
    """Runs `python -m local` for one port."""

    def __init__(self, port: int, environment: dict[str, str]) -> None:
        self.port = port
        self._environment = environment

    def pulumi(self, *arguments: str) -> str:
        return self.local("pulumi", "--port", str(self.port), *arguments)

    def local(self, *arguments: str) -> str:
        """What it printed; with a status other than 0, a last line says which."""
        done = subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, "-m", "local", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return f"{done.stdout}\nstatus {done.returncode}"


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    port = free_port()
    yield Command(port, {**os.environ, "PULUMI_HOME": str(tmp_path / "home")})
    background.stop(port)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A program outside the repository, in its own environment, which has this one's packages."""
    folder = tmp_path / "orders"
    folder.mkdir()
    venv.create(folder / "venv", symlinks=True)
    [packages] = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"))
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(
        "name: orders\nruntime: {name: python, options: {virtualenv: venv}}\n"
        "config: {seconds: {type: integer, default: 30}}\n"
    )
    return folder


def test_the_language_host_runs_a_program_in_its_own_environment(
    command: Command, project: Path
) -> None:
    folder = ("-C", str(project))

    first = command.pulumi("up", *folder, "--yes", "--skip-preview")
    assert first.endswith("status 0"), first
    assert "+ 2 created" in first
    assert f'python: "{project / "venv"}"' in first
    again = command.pulumi("up", *folder, "--yes", "--skip-preview", "--expect-no-changes")
    assert again.endswith("status 0"), again
    assert len(listed(emulator_of(command.port).client)["queues"]) == 1

    (project / "Pulumi.local.yaml").write_text("config: {orders:seconds: 60}\n")
    changed = command.pulumi("up", *folder, "--yes", "--skip-preview")
    assert "~ 1 updated" in changed
    destroyed = command.pulumi("destroy", *folder, "--yes", "--skip-preview")
    assert destroyed.endswith("status 0"), destroyed
    assert "queues" not in listed(emulator_of(command.port).client)


def test_what_a_killed_deployment_made_goes_though_the_program_no_longer_declares_it(
    command: Command, project: Path
) -> None:
    up = ("up", "-C", str(project), "--yes", "--skip-preview")
    main = project / "__main__.py"
    whole = main.read_text()
    rewrite(main, whole + KILL)
    command.pulumi(*up)
    queues = emulator_of(command.port).client("sqs")
    _forget(background.instance(command.port).directory / background.PULUMI, "other")
    assert len(queues.list_queues()["QueueUrls"]) == 2

    rewrite(main, whole)
    command.pulumi("cancel", "-C", str(project), "--yes")
    completed = command.pulumi(*up)

    assert completed.endswith("status 0"), completed
    [url] = queues.list_queues()["QueueUrls"]
    assert "orders" in url


def _forget(workspace: Path, name: str) -> None:
    """Take a resource out of the state, as if the engine had been killed before it was written."""
    [file] = workspace.rglob("stacks/*/local.json")
    document = json.loads(file.read_text())
    latest = document["checkpoint"]["latest"]
    latest["resources"] = [
        each for each in latest["resources"] if not each["urn"].endswith(f"::{name}")
    ]
    file.write_text(json.dumps(document))


def test_the_cli_deploys_changes_and_destroys_what_it_keeps_its_state_beside(
    command: Command,
) -> None:
    settings = (ROOT / "Pulumi.local.yaml").read_text()

    first = command.pulumi("up", "--yes", "--skip-preview")
    assert first.endswith("status 0"), first
    assert "functions" in listed(emulator_of(command.port).client)
    again = command.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert again.endswith("status 0"), again
    assert "the Pulumi CLI has deployed to it" in command.local("up", "--port", str(command.port))

    destroyed = command.pulumi("destroy", "--yes", "--skip-preview")
    assert destroyed.endswith("status 0"), destroyed
    assert "functions" not in listed(emulator_of(command.port).client)
    assert (ROOT / "Pulumi.local.yaml").read_text() == settings


def test_without_the_cli_it_says_what_to_install(tmp_path: Path) -> None:
    command = Command(free_port(), {**os.environ, "PATH": str(tmp_path)})

    assert "Error: the Pulumi CLI must be on PATH" in command.pulumi("up")
