"""`python -m local pulumi`: the CLI itself, as a user types it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import background
from local.emulator.start import free_port
from local.up import emulator_of
from tests.engine.listing import listed
from tests.program.programs import ROOT

HOST = Path(__file__).with_name("language_host.py")


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
    host = tmp_path / "pulumi-language-python"
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HOST}"\n')
    host.chmod(0o755)
    port = free_port()
    # A language host that came with the CLI is found first.
    path = os.pathsep.join([os.environ["PATH"], str(tmp_path)])
    yield Command(port, {**os.environ, "PATH": path, "PULUMI_HOME": str(tmp_path / "home")})
    background.stop(port)


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
