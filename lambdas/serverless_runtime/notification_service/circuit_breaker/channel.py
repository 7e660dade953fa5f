"""A channel behind its circuit breaker."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.notification_service.circuit_breaker.dynamo_store import (
    DynamoCircuitBreakerStore,
)
from serverless_runtime.notification_service.delivery_metrics import NO_METRICS, DeliveryMetrics


@dataclass(frozen=True, kw_only=True)
class CircuitBreakerChannel(ConfiguredChannel):
    """Sends as the channel does, while its circuit breaker allows it."""

    circuit_breaker: CircuitBreaker

    @property
    def failures(self) -> int:
        return self.circuit_breaker.failures

    def send(self, event: TaskEvent) -> str:
        return self.circuit_breaker.call(functools.partial(super().send, event))


def with_circuit_breakers(
    channels: Sequence[ConfiguredChannel],
    store: DynamoCircuitBreakerStore,
    clock: Callable[[], float] = time.time,
    metrics: DeliveryMetrics = NO_METRICS,
) -> list[CircuitBreakerChannel]:
    """Put each channel behind a circuit breaker. Channels of the same settings have one provider,
    and share one."""
    names = {channel.settings.name for channel in channels}
    shared = {name: CircuitBreaker(name, store, clock, metrics) for name in names}
    return [
        CircuitBreakerChannel(**vars(channel), circuit_breaker=shared[channel.settings.name])
        for channel in channels
    ]
