"""What every command depends on: AWS clients, the clock, other programs. Tests replace it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops.aws.clients import Connection, make_client
from ops.stack_outputs import ROOT, RunCommand, run_command

POLL_SECONDS = 2
"""Wait time of SQS polls. At 0, SQS queries only some of its servers and may miss messages."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Context:
    """The external dependencies of the commands."""

    client: Callable[[str, Connection], Any] = make_client
    run: RunCommand = run_command
    local_folder: Path = ROOT / ".local"
    now: Callable[[], datetime] = _now
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    poll_seconds: int = POLL_SECONDS

    def clients(self, connection: Connection) -> Callable[[str], Any]:
        """Return a function that creates a client for each service, once."""
        return functools.cache(lambda service: self.client(service, connection))
