"""The world outside as the commands see it: AWS, the clock, other programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ops.aws_errors import explain
from ops.letter_queue import POLL_SECONDS
from ops.stack_outputs import ROOT, OutOfReachError, RunCommand, run_command


@dataclass(frozen=True, kw_only=True)
class Place:
    """How to get to a stack's AWS."""

    region: str | None
    endpoint_url: str | None
    local: bool
    """Whether it is the emulator on this machine, which needs no real credentials."""

    found_in: str


@dataclass(frozen=True, kw_only=True)
class Access(Place):
    """Where a queue and its target are."""

    queue_url: str
    function: str | None


@dataclass(frozen=True, kw_only=True)
class TableAccess(Place):
    """Where the deliveries and the breakers are."""

    table: str

    channels: tuple[str, ...]
    """The stack's channels; none if only the table was named."""


@dataclass(frozen=True, kw_only=True)
class StackAccess(Place):
    """Where all of a stack is."""

    stack: str
    outputs: Mapping[str, Any]

    def output(self, name: str) -> Any:
        """What the stack exports. Raises OutOfReachError if it does not."""
        if name not in self.outputs:
            known = ", ".join(sorted(self.outputs)) or "none at all"
            raise OutOfReachError(
                f"stack {self.stack} has no output {name}, it has {known}; deploy it anew"
            )
        return self.outputs[name]


def make_client(service: str, access: Place) -> Any:
    """A boto3 client. Raises OutOfReachError if not even that is possible."""
    # A refused invoke is tried again by us, so that it can be told; a lost answer of a receive
    # is boto3's affair.
    attempts = 1 if service == "lambda" else 4
    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": attempts},
        **({"proxies": {}} if access.local else {}),
    )
    try:
        return _session(access).client(
            service,
            region_name=access.region,
            endpoint_url=access.endpoint_url,
            config=config,
        )
    except BotoCoreError as error:
        raise OutOfReachError(explain(error)) from error
    except ValueError as error:
        raise OutOfReachError(f"{error}; check --endpoint-url") from error


def _session(access: Place) -> boto3.Session:
    if not access.local:
        return boto3.Session()
    # No profile: one named by AWS_PROFILE may not exist, and must not be used if it does.
    no_profile: dict[str, Any] = {"profile": (None, [], None, None)}
    return boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- the emulator's well-known deployer
        botocore_session=botocore.session.Session(session_vars=no_profile),
    )


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything that a test replaces."""

    client: Callable[[str, Place], Any] = make_client
    run: RunCommand = run_command
    local_folder: Path = ROOT / ".local"
    now: Callable[[], datetime] = _now
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    poll_seconds: int = POLL_SECONDS
