"""Lambda's retries over several instances of the target, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.circuit_breaker_channel import (
    CircuitBreakerChannel,
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.notification_service.delivery.every_channel import (
    NotDeliveredError,
    notify_channels,
)
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.once.leases import InProgressError, Leases
from tests.lambdas.notification_service.fakes import Clock, RecordingDeadLetters
from tests.lambdas.tables import DELIVERIES

RETRY_SECONDS = (60, 120)
"""How long Lambda waits before its second and its third attempt."""


@dataclass
class Provider:
    """One channel's: records what it accepted, and counts the calls."""

    name: str
    down: Exception | None = None
    calls: int = 0
    accepted: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def send(self, event: TaskEvent) -> str:
        self.calls += 1
        self.meanwhile()
        if self.down is not None:
            raise self.down
        self.accepted.append(event.event_id)
        return f"{self.name}-{self.calls}"

    def channel(self) -> ConfiguredChannel:
        settings = EmailSettings(
            name=self.name, sender="tasks@example.com", recipients=["team@example.com"]
        )
        return ConfiguredChannel(
            settings=settings, name=self.name, recipient="t***@example.com", sender=self
        )


class Fleet:
    """Several instances, each with its own caches. An event that fails three times is
    dead-lettered."""

    def __init__(
        self, instances: int, providers: list[Provider], clock: Clock, dynamodb: Any
    ) -> None:
        self._clock = clock
        self._deliveries = Leases(DELIVERIES, dynamodb, clock)
        self._instances = [self._instance(providers, dynamodb) for _ in range(instances)]
        self.turn = 0
        self.dead: list[TaskEvent] = []
        self.dead_letters = RecordingDeadLetters()

    def _instance(self, providers: list[Provider], dynamodb: Any) -> list[CircuitBreakerChannel]:
        channels = [provider.channel() for provider in providers]
        return with_circuit_breakers(
            channels, circuit_breaker_rows(DELIVERIES, dynamodb), self._clock
        )

    def attempt(self, event: TaskEvent) -> bool:
        """Let the next instance try once; return whether it succeeded."""
        self.turn += 1
        channels = self._instances[self.turn % len(self._instances)]
        try:
            notify_channels(event, self._deliveries, channels, self.dead_letters)
        except (NotDeliveredError, InProgressError):
            return False
        return True

    def run(self, events: list[TaskEvent], seconds_between: float) -> None:
        """Deliver all as Lambda does: each again after one and two minutes if it failed."""
        due = [(self._clock.now + seconds_between * n, 0, n) for n in range(len(events))]
        while due:
            due.sort()
            at, attempts, number = due.pop(0)
            self._clock.now = max(self._clock.now, at)
            if self.attempt(events[number]):
                continue
            if attempts == len(RETRY_SECONDS):
                self.dead.append(events[number])
            else:
                due.append((self._clock.now + RETRY_SECONDS[attempts], attempts + 1, number))
