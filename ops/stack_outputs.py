"""Finds out where a stack's queue and function are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCAL_STACK = "local"

_PULUMI_SECONDS = 60
QUEUE_FLAGS = "or give --queue-url and, to replay, --function"


class OutOfReachError(Exception):
    """The stack or AWS cannot be reached; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """What a stack says of itself."""

    values: dict[str, Any]
    found_in: str
    endpoint_url: str | None = None
    """Where its AWS is, if it is not AWS."""


@dataclass(frozen=True)
class CommandResult:
    """What a command said and how it ended."""

    status: int
    output: str
    errors: str


RunCommand = Callable[[Sequence[str]], CommandResult | None]


def run_command(words: Sequence[str]) -> CommandResult | None:
    """Run a command in the project's folder; None if there is no such command."""
    path = shutil.which(words[0])
    if path is None:
        return None
    done = subprocess.run(  # noqa: S603 -- the words are ours but for the stack's name
        [path, *words[1:]],
        cwd=ROOT,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PULUMI_SECONDS,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


def read_outputs(
    stack: str,
    *,
    run: RunCommand,
    local_folder: Path,
    endpoint_url: str | None = None,
    flags: str = QUEUE_FLAGS,
) -> StackOutputs:
    """The outputs of `stack`. Stack local is what `make up` left running, if it is.

    `endpoint_url` tells several local deployments apart; `flags` are what the person can give
    instead. Raises OutOfReachError.
    """
    found = _running_here(local_folder, endpoint_url) if stack == LOCAL_STACK else None
    return found or _from_pulumi(stack, run, flags)


def _running_here(folder: Path, endpoint_url: str | None) -> StackOutputs | None:
    files = {
        f"http://127.0.0.1:{file.parent.name.removeprefix('up-')}": file
        for file in sorted(folder.glob("up-*/outputs.json"))
    }
    if endpoint_url is not None:
        wanted = endpoint_url.rstrip("/").replace("//localhost:", "//127.0.0.1:")
        files = {url: file for url, file in files.items() if url == wanted}
    if len(files) > 1:
        raise OutOfReachError(
            f"{len(files)} local deployments are up; pick one with --endpoint-url: "
            + " or ".join(files)
        )
    for url, file in files.items():
        return StackOutputs(
            values=json.loads(file.read_text()), found_in="what make up started", endpoint_url=url
        )
    return None


def _from_pulumi(stack: str, run: RunCommand, flags: str) -> StackOutputs:
    command = ("pulumi", "stack", "output", "--json", "--stack", stack, "--non-interactive")
    try:
        result = run(command)
    except (OSError, subprocess.SubprocessError) as error:
        raise OutOfReachError(f"cannot ask Pulumi for stack {stack}: {error}; {flags}") from error
    if result is None:
        start = " start the local deployment with make up," if stack == LOCAL_STACK else ""
        raise OutOfReachError(
            f"cannot look up stack {stack}: no command pulumi on this machine;{start} install the "
            f"Pulumi CLI, {flags}"
        )
    if result.status:
        raise OutOfReachError(_refused_by_pulumi(stack, result.errors, flags))
    try:
        values: dict[str, Any] = json.loads(result.output)
    except ValueError as error:
        raise OutOfReachError(
            f"pulumi did not print the outputs of stack {stack} as JSON: {error}; {flags}"
        ) from error
    return StackOutputs(values=values, found_in=f"pulumi stack output --stack {stack}")


def _refused_by_pulumi(stack: str, errors: str, flags: str) -> str:
    said = " ".join(errors.split()) or "nothing"
    if "no stack named" in said:
        return f"there is no stack {stack}; pulumi stack ls lists those there are"
    if "PULUMI_ACCESS_TOKEN" in said or "pulumi login" in said:
        return f"pulumi is not logged in, so stack {stack} cannot be looked up: pulumi login"
    return f"pulumi could not tell the outputs of stack {stack}, it said: {said[-400:]}; {flags}"


def require_output(outputs: StackOutputs, stack: str, name: str, flag: str) -> str:
    """One output. Raises OutOfReachError if there is none."""
    value = outputs.values.get(name)
    if not isinstance(value, str) or not value:
        known = ", ".join(sorted(outputs.values)) or "none at all"
        raise OutOfReachError(
            f"stack {stack} has no output {name}, it has {known}; export it, or give {flag}"
        )
    return value
