"""Reads a stack's outputs: from a file, the Pulumi CLI, or the deployment of the local runner."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context, RunCommand
from serverless_ops.local_stacks import running_stacks

LOCAL_STACK = "local"


@dataclass(frozen=True, kw_only=True)
class StackChoice:
    """Options that select a stack."""

    stack: str | None = None
    outputs: str | None = None
    """A file with the outputs as `pulumi stack output --json` prints them; "-" for stdin."""

    cwd: str | None = None
    """Folder of the Pulumi project; None for the current one."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is a stack at all."""
        return self.stack is not None or self.outputs is not None

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self.stack or (self.outputs if self.outputs not in (None, "-") else None) or "stdin"


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """All outputs of one stack."""

    values: dict[str, Any]
    source: str
    """Where they were read, for messages."""

    endpoint_url: str | None = None
    """Address of the emulator, if the stack is not on AWS."""


def read_outputs(context: Context, choice: StackChoice, advice: str) -> StackOutputs:
    """Return the outputs of a stack. Stack local is the deployment that runs on this machine.

    `advice` is what else the user can do. Raises UnreachableError.
    """
    if choice.outputs is not None:
        return _from_file(choice.outputs)
    if choice.stack == LOCAL_STACK and (found := _running_locally(context, choice.endpoint_url)):
        return found
    return _from_pulumi(context, choice, advice)


def _from_file(path: str) -> StackOutputs:
    source = "stdin" if path == "-" else path
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"cannot read the outputs from {source}: {error}") from error
    return StackOutputs(values=_parsed(text, source), source=source)


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UnreachableError(
            f"{source} must contain a stack's outputs as JSON, as pulumi stack output --json "
            f"prints them: {error}"
        ) from error
    if not isinstance(values, dict):
        raise UnreachableError(
            f"{source} must contain a stack's outputs as one JSON object, got "
            f"{type(values).__name__}"
        )
    return values


def _running_locally(context: Context, endpoint_url: str | None) -> StackOutputs | None:
    running = running_stacks(context.local_folder)
    addresses = " or ".join(each.endpoint_url for each in running)
    chosen = running_stacks(context.local_folder, endpoint_url)
    if running and not chosen:
        raise UnreachableError(
            f"no local deployment runs at {endpoint_url}; did you mean {addresses}?"
        )
    if len(chosen) > 1:
        raise UnreachableError(
            f"{len(chosen)} local deployments are running; choose one with --endpoint-url: "
            f"{addresses}"
        )
    for each in chosen:
        values = each.outputs()
        if values is None:
            raise UnreachableError(
                f"the local deployment at {each.endpoint_url} has no outputs yet: it is starting, "
                "or its program failed; see what make up printed"
            )
        return StackOutputs(
            values=values, source="the running make up", endpoint_url=each.endpoint_url
        )
    return None


def _from_pulumi(context: Context, choice: StackChoice, advice: str) -> StackOutputs:
    stack = choice.name
    words = ["stack", "output", "--json", "--stack", stack]
    try:
        result = context.run(_pulumi(words, choice.cwd))
    except FileNotFoundError:
        raise UnreachableError(_explain_no_pulumi(context, stack, advice)) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreachableError(
            f"cannot run pulumi for stack {stack}: {error}; fix that, {advice}"
        ) from error
    if result.returncode:
        raise UnreachableError(_explain_failure(context, choice, result.stderr, advice))
    return StackOutputs(
        values=_parsed(result.stdout, f"what pulumi printed for stack {stack}"),
        source=f"pulumi stack output --stack {stack}",
    )


def _pulumi(words: Iterable[str], cwd: str | None) -> tuple[str, ...]:
    where = () if cwd is None else ("--cwd", cwd)
    return ("pulumi", *words, "--non-interactive", *where)


def _explain_no_pulumi(context: Context, stack: str, advice: str) -> str:
    known = [LOCAL_STACK] if running_stacks(context.local_folder) else []
    if meant := _did_you_mean(stack, known):
        return f"there is no stack {stack}{meant}"
    start = " start the local deployment with make up," if stack == LOCAL_STACK else ""
    return (
        f"cannot look up stack {stack}: pulumi is not installed on this machine;{start} "
        f"install the Pulumi CLI, pass --outputs FILE, {advice}"
    )


def _explain_failure(context: Context, choice: StackChoice, errors: str, advice: str) -> str:
    stack, message = choice.name, " ".join(errors.split()) or "no message"
    if "no stack named" in message:
        known = _stacks_of(context.run, choice.cwd)
        known += [LOCAL_STACK] if running_stacks(context.local_folder) else []
        meant = _did_you_mean(stack, known)
        return f"there is no stack {stack}{meant or '; pulumi stack ls lists the stacks'}"
    if "no Pulumi.yaml" in message:
        return (
            f"there is no Pulumi project here to look up stack {stack}; change to its folder, "
            f"or pass --cwd FOLDER or --outputs FILE"
        )
    if "PULUMI_ACCESS_TOKEN" in message or "pulumi login" in message:
        return f"pulumi is not logged in, so stack {stack} cannot be looked up: pulumi login"
    return (
        f"pulumi could not read the outputs of stack {stack}: {message[-400:]}; fix that, {advice}"
    )


def _stacks_of(run: RunCommand, cwd: str | None) -> list[str]:
    """Return the names of the project's stacks; none if Pulumi does not say."""
    try:
        listed = json.loads(run(_pulumi(("stack", "ls", "--json"), cwd)).stdout)
        return [str(each["name"]) for each in listed]
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError):
        return []


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question about the names that are like it, or ""."""
    by_fold = {each.casefold(): each for each in known}
    close = [by_fold[each] for each in get_close_matches(name.casefold(), by_fold)]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are: {', '.join(sorted(by_fold.values()))}" if by_fold else ""
