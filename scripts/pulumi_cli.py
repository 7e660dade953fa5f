"""Runs a command with the Pulumi CLI on its PATH: pulumi_cli.py COMMAND... `make engine` uses it.

The CLI on PATH if it is new enough and has the language host of Python. Otherwise, where Go is
installed, the two that scripts/pulumi-cli/ pins: built once, checked against go.sum, and kept in
the user's cache. Otherwise the command is skipped; in CI (the environment variable CI) that is an
error.
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
from typing import NoReturn

_PINS = Path(__file__).parent / "pulumi-cli"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_PACKAGES = {
    "pulumi": (_PINS, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"),
    "pulumi-language-python": (
        _PINS / "language-python",
        f"{_SDK}/python/cmd/pulumi-language-python",
    ),
}
"""Folder of the pins and package of each program."""

_HOST = "pulumi-language-python"
_EXECUTOR = "python/cmd/pulumi-language-python-exec"
"""Of the SDK's module: what the host runs a program with; the newest one knows the newest SDK."""

_PINNED = re.compile(rf"{re.escape(_SDK)} (v[\w.+-]+)")
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
        [found, "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    ).stdout.strip()
    if not is_new_enough(given, oldest):
        return built_cli(f"`pulumi` on PATH must be at least {oldest}, as the SDK, got {given}")
    beside = Path(found).resolve().parent
    if shutil.which(_HOST) is None and shutil.which(_HOST, path=str(beside)) is None:
        return built_cli(f"`pulumi` on PATH has no `{_HOST}` beside it")
    return Path(found)


def is_new_enough(given: str, oldest: str) -> bool:
    """Whether a CLI of that version runs programs of an SDK of the oldest version."""
    numbers = [_NUMBER.match(each) for each in (given, oldest)]
    have, need = (tuple(map(int, each.groups())) if each else () for each in numbers)
    return bool(have) and have[:1] == need[:1] and have >= need


def built_cli(reason: str) -> Path:
    """The pinned CLI, built if this is the first time. Raises Unavailable if Go is missing."""
    folder = cached(_PINS)
    if not folder.exists():
        go = shutil.which("go")
        if go is None:
            raise Unavailable(
                f"{reason}, and no Go to build it with; install the Pulumi CLI "
                "(https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install)"
            )
        say(f"{reason}: building the pinned one, once (3 to 6 minutes)")
        build(go, folder)
    return folder / "pulumi"


def cached(pins: Path) -> Path:
    """Where what these pins make is kept: other pins, or another machine, are another folder."""
    key = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for file in sorted(pins.rglob("go.*")):
        key.update(file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "pulumi-serverless" / f"pulumi-cli-{key.hexdigest()[:16]}"


def build(go: str, folder: Path) -> None:
    """Build the pinned programs; `folder` is not there if that fails or is interrupted."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        for name, (pins, package) in _PACKAGES.items():
            [pinned] = _PINNED.findall((pins / "go.mod").read_text())
            # Without a version the Automation API refuses the CLI.
            flags = f"-s -w -X {_SDK}/go/common/version.Version={pinned}"
            output = str(partial / name)
            run_go(go, pins, "build", "-trimpath", "-ldflags", flags, "-o", output, package)
        sdk = run_go(go, _PINS, "list", "-m", "-f", "{{.Dir}}", _SDK)
        executor = Path(shutil.copy(Path(sdk) / _EXECUTOR, partial))
        executor.chmod(0o755)
        _keep(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def run_go(go: str, pins: Path, *arguments: str) -> str:
    """Run Go with these pins and nothing else; return what it prints."""
    isolated = {"GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
    return subprocess.run(  # noqa: S603 -- Go from PATH, our own arguments
        [go, *arguments],
        cwd=pins,
        env={**os.environ, **isolated},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()


def _keep(partial: Path, folder: Path) -> None:
    try:
        partial.rename(folder)
    except OSError:
        # Somebody else has built it meanwhile.
        if not folder.exists():
            raise


def main(command: list[str]) -> NoReturn:
    """Become the command, or say why it is skipped."""
    try:
        program = cli()
    except Unavailable as reason:
        say(f"*** SKIPPED: {' '.join(command)}: {reason}")
        sys.exit(1 if os.environ.get("CI") else 0)
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", os.defpath)])
    # Not as a child: an engine that is stopped by Ctrl-C needs time to release its stack.
    os.execvpe(command[0], command, {**os.environ, "PATH": path})  # noqa: S606 -- no shell


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
