"""An operator at a terminal, and a deliveries table that the service itself has written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from click.testing import CliRunner, Result

from serverless_ops.cli import commands as ops_commands
from serverless_ops.context import Context, RunCommand
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.circuit_breaker_channel import circuit_breaker_rows
from serverless_runtime.once.leases import Lease, Leases
from tests.lambdas.tables import DELIVERIES
from tests.ops.fakes import ended, no_pulumi

NOON = 1_772_366_400
"""2026-03-01T12:00:00Z."""


CLOSED = "{} is closed; instances may remember it open for 3 s …\nIt is still closed.\n"
"""What closing a circuit breaker prints."""


class Reader:
    """Types commands that read the deliveries table."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.now = float(NOON)
        self.run: RunCommand = no_pulumi
        self.local_folder = Path("/nonexistent")
        self.connections: list[Any] = []
        self.slept: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None
        """What others do while a command sleeps."""

        self.deliveries = Leases(DELIVERIES, dynamodb, lambda: self.now)
        self.breakers = circuit_breaker_rows(DELIVERIES, dynamodb)

    def types(self, *words: str) -> Result:
        """Run a command on the table."""
        return self.types_exactly(*words, "--table", DELIVERIES)

    def types_exactly(self, *words: str) -> Result:
        """The same without options for the table."""
        context = Context(
            client=self._client,
            run=self.run,
            local_folder=self.local_folder,
            now=lambda: datetime.fromtimestamp(self.now, UTC),
            sleep=self._sleep,
        )
        return CliRunner().invoke(ops_commands, list(words), obj=context)

    def pulumi_returns(self, output: str) -> list[Sequence[str]]:
        commands: list[Sequence[str]] = []

        def run(words: Sequence[str]) -> CompletedProcess[str]:
            commands.append(words)
            return ended(0, output)

        self.run = run
        return commands

    def started(self, event: TaskEvent, channel: str) -> Lease:
        """An attempt that has begun."""
        lease = Lease(event_id=event.event_id, part=channel, owner=f"{self.now}")
        self.deliveries.start(
            lease,
            replays=event.replays,
            guarantee="at_least_once",
            details={
                "subject": event.task.task_id,
                "event_type": event.event_type,
                "correlation_id": event.correlation_id,
                "recipient": f"{channel[0]}***@example.com",
            },
        )
        return lease

    def opened(self, channel: str, until: int) -> None:
        """A breaker that five failures have opened now."""
        for _ in range(5):
            self.breakers.count_failure(channel, "SES did not respond", int(self.now))
        self.breakers.open(channel, "one", failures=5, until=until, now=int(self.now))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()

    def _client(self, service: str, connection: Any) -> Any:
        self.connections.append(connection)
        return {"dynamodb": self.dynamodb}[service]
