"""What every command depends on: AWS clients, the clock, other programs. Tests replace it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serverless_ops.aws.clients import Clients, Connection
from serverless_ops.aws.waiting import announced
from serverless_ops.local_stacks import find_local_folder

_PULUMI_TIMEOUT_SECONDS = 60

POLL_SECONDS = 2
"""Wait time of SQS polls. At 0, SQS queries only some of its servers and may miss messages."""


RunCommand = Callable[[Sequence[str]], subprocess.CompletedProcess[str]]


def run_command(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program in the current folder. FileNotFoundError if it is not installed."""
    with announced(" ".join(words)):
        return subprocess.run(  # noqa: S603 -- fixed words, except for the stack's name
            words,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PULUMI_TIMEOUT_SECONDS,
            check=False,
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


@dataclass(frozen=True, kw_only=True)
class Context:
    """The external dependencies of the commands."""

    client: Callable[[str, Connection], Any] = field(default_factory=Clients)
    run: RunCommand = run_command
    local_folder: Path = field(default_factory=find_local_folder)
    now: Callable[[], datetime] = _now
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    poll_seconds: int = POLL_SECONDS
    is_interactive: Callable[[], bool] = _is_interactive
    """Whether somebody can be asked, and sees the question."""

    def clients(self, connection: Connection) -> Callable[[str], Any]:
        """Return what makes this connection's client of a service."""
        return lambda service: self.client(service, connection)
