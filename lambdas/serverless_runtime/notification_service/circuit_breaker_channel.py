"""Puts channels behind circuit breakers, whose rows are beside the deliveries."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

from serverless_runtime.circuit_breaker.circuit_breaker import (
    CircuitBreaker,
    CircuitBreakerOpenError,
)
from serverless_runtime.circuit_breaker.rows import DynamoCircuitBreakerStore
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
)
from serverless_runtime.notification_service.settings import (
    CIRCUIT_BREAKER_KEY,
    PROBE_SECONDS,
)
from serverless_runtime.shared.metrics import Counter

RULES = CircuitBreakerRules(probe_seconds=PROBE_SECONDS)


class NotTriedError(ChannelError):
    """Nothing was sent: the provider has failed too often, and was not called."""


def circuit_breaker_rows(table_name: str, client: Any = None) -> DynamoCircuitBreakerStore:
    """The rows of circuit breakers in the deliveries table."""
    return DynamoCircuitBreakerStore(table_name, client, key=CIRCUIT_BREAKER_KEY)


class CircuitBreakerChannel(ConfiguredChannel):
    """Sends as the channel does, while its circuit breaker allows it."""

    def __init__(self, channel: ConfiguredChannel, circuit_breaker: CircuitBreaker) -> None:
        super().__init__(**vars(channel))
        self.circuit_breaker = circuit_breaker

    @property
    def failures(self) -> int:
        return self.circuit_breaker.failures

    def send(self, event: TaskEvent) -> str:
        try:
            return self.circuit_breaker.call(functools.partial(super().send, event))
        except CircuitBreakerOpenError as error:
            raise NotTriedError(f"nothing was sent: {error}") from None


def with_circuit_breakers(
    channels: Sequence[ConfiguredChannel],
    rows: DynamoCircuitBreakerStore,
    clock: Callable[[], float] = time.time,
    metrics: Counter | None = None,
) -> list[CircuitBreakerChannel]:
    """Put each channel behind a circuit breaker. Channels of the same settings have one provider,
    and share one."""
    names = {channel.settings.name for channel in channels}
    shared = {
        name: CircuitBreaker(
            name,
            rows,
            rules=RULES,
            failed=(ChannelError,),
            refused=(PermanentChannelError,),
            metrics=metrics,
            clock=clock,
        )
        for name in names
    }
    return [CircuitBreakerChannel(channel, shared[channel.settings.name]) for channel in channels]
