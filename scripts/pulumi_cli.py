"""Runs a command with the Pulumi CLI on its PATH: pulumi_cli.py COMMAND... `make engine` uses it.

The CLI on PATH if it is new enough. Otherwise, where Go is installed, the one that
scripts/pulumi-cli/go.mod pins: built once, checked against go.sum, and kept in the user's cache.
Otherwise the command is skipped; in CI (the environment variable CI) that is an error.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

_PINS = Path(__file__).parent / "pulumi-cli"
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_PINNED = re.compile(r"github\.com/pulumi/pulumi/pkg/v3 (v[\w.+-]+)")
_NUMBER = re.compile(r"v?(\d+)\.(\d+)")


class Unavailable(Exception):  # noqa: N818 -- a state of the machine, not a defect
    """There is no CLI and nothing to build it with; the text says what to install."""


def cli() -> Path:
    """A CLI as new as the SDK. Raises Unavailable, and CalledProcessError if the build fails."""
    found = shutil.which("pulumi")
    if found is None:
        return built_cli("there is no `pulumi` on PATH")
    oldest = version("pulumi")
    given = subprocess.run(  # noqa: S603 -- what the user has on PATH
        [found, "version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if is_new_enough(given, oldest):
        return Path(found)
    return built_cli(f"`pulumi` on PATH must be at least {oldest}, as the SDK, got {given}")


def is_new_enough(given: str, oldest: str) -> bool:
    """Whether a CLI of that version runs programs of an SDK of the oldest version."""
    numbers = [_NUMBER.match(each) for each in (given, oldest)]
    have, need = (tuple(map(int, each.groups())) if each else () for each in numbers)
    return bool(have) and have[:1] == need[:1] and have >= need


def built_cli(reason: str) -> Path:
    """The pinned CLI, built if this is the first time. Raises Unavailable if Go is missing."""
    program = cached(_PINS)
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        raise Unavailable(
            f"{reason}, and no Go to build it with; install the Pulumi CLI "
            "(https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install)"
        )
    say(f"{reason}: building the pinned one, once (3 to 6 minutes)")
    build(go, program)
    return program


def cached(pins: Path) -> Path:
    """Where the CLI of these pins is kept: other pins, or another machine, are another folder."""
    key = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for name in ("go.mod", "go.sum"):
        key.update((pins / name).read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "pulumi-serverless" / f"pulumi-cli-{key.hexdigest()[:16]}" / "pulumi"


def build(go: str, program: Path) -> None:
    """Build the pinned CLI; nothing is left at `program` if that fails or is interrupted."""
    [pinned] = _PINNED.findall((_PINS / "go.mod").read_text())
    program.parent.mkdir(parents=True, exist_ok=True)
    partial = program.with_name(f"pulumi.{os.getpid()}")
    # Without a version the Automation API refuses it.
    flags = f"-s -w -X {_VERSION}={pinned}"
    isolated = {"GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    try:
        subprocess.run(  # noqa: S603 -- Go from PATH, our own arguments
            [go, "build", "-trimpath", "-ldflags", flags, "-o", str(partial), _PACKAGE],
            cwd=_PINS,
            env={**os.environ, **isolated},
            check=True,
        )
        partial.rename(program)
    finally:
        partial.unlink(missing_ok=True)


def main(command: list[str]) -> int:
    """Run the command and return its status, or say why it is skipped."""
    try:
        program = cli()
    except Unavailable as reason:
        say(f"*** SKIPPED: {' '.join(command)}: {reason}")
        return 1 if os.environ.get("CI") else 0
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
