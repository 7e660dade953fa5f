"""Reads a stack's outputs: from the Pulumi CLI, or from the deployment that `make up` started."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.aws.clients import Keys
from ops.aws.errors import UnreachableError
from ops.context import Context, RunCommand

LOCAL_STACK = "local"


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """All outputs of one stack."""

    values: dict[str, Any]
    source: str
    """Where they were read, for messages."""

    endpoint_url: str | None = None
    """Address of the emulator, if the stack is not on AWS."""


def read_outputs(
    context: Context, stack: str, *, endpoint_url: str | None, advice: str
) -> StackOutputs:
    """Return the outputs of `stack`. Stack local is the deployment of `make up`, if it is running.

    `endpoint_url` selects one of several local deployments; `advice` is what else the user can do.
    Raises UnreachableError.
    """
    if stack == LOCAL_STACK and (found := _running_locally(context.local_folder, endpoint_url)):
        return found
    return _from_pulumi(stack, context.run, advice)


def read_keys(folder: Path, endpoint_url: str) -> Keys | None:
    """The deployer's keys of the local deployment at this address; None if there is none."""
    for file in _local_files(folder, "credentials.json", endpoint_url).values():
        found = json.loads(file.read_text())
        return Keys(found["accessKey"], found["secretKey"])
    return None


def _local_files(folder: Path, name: str, endpoint_url: str | None) -> dict[str, Path]:
    """That file of each local deployment, by address; of the one at `endpoint_url`, if given."""
    files = {
        f"http://127.0.0.1:{file.parent.name.removeprefix('up-')}": file
        for file in sorted(folder.glob(f"up-*/{name}"))
    }
    if endpoint_url is None:
        return files
    wanted = endpoint_url.rstrip("/").replace("//localhost:", "//127.0.0.1:")
    return {url: file for url, file in files.items() if url == wanted}


def _running_locally(folder: Path, endpoint_url: str | None) -> StackOutputs | None:
    files = _local_files(folder, "outputs.json", endpoint_url)
    if len(files) > 1:
        raise UnreachableError(
            f"{len(files)} local deployments are running; choose one with --endpoint-url: "
            + " or ".join(files)
        )
    for url, file in files.items():
        return StackOutputs(
            values=json.loads(file.read_text()), source="the running make up", endpoint_url=url
        )
    return None


def _from_pulumi(stack: str, run: RunCommand, advice: str) -> StackOutputs:
    command = ("pulumi", "stack", "output", "--json", "--stack", stack, "--non-interactive")
    try:
        result = run(command)
    except FileNotFoundError:
        start = " start the local deployment with make up," if stack == LOCAL_STACK else ""
        raise UnreachableError(
            f"cannot look up stack {stack}: pulumi is not installed on this machine;{start} "
            f"install the Pulumi CLI, {advice}"
        ) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreachableError(f"cannot run pulumi for stack {stack}: {error}; {advice}") from error
    if result.returncode:
        raise UnreachableError(_explain_failure(stack, result.stderr, advice))
    try:
        values: dict[str, Any] = json.loads(result.stdout)
    except ValueError as error:
        raise UnreachableError(
            f"pulumi did not print the outputs of stack {stack} as JSON: {error}; {advice}"
        ) from error
    return StackOutputs(values=values, source=f"pulumi stack output --stack {stack}")


def _explain_failure(stack: str, errors: str, advice: str) -> str:
    message = " ".join(errors.split()) or "no message"
    if "no stack named" in message:
        return f"there is no stack {stack}; pulumi stack ls lists the stacks"
    if "PULUMI_ACCESS_TOKEN" in message or "pulumi login" in message:
        return f"pulumi is not logged in, so stack {stack} cannot be looked up: pulumi login"
    return f"pulumi could not read the outputs of stack {stack}: {message[-400:]}; {advice}"
