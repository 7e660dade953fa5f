"""A channel behind its circuit breaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from serverless_runtime.contracts.event_types import EventType
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.notification_service.circuit_breaker.state import CircuitBreakerStore
from serverless_runtime.notification_service.delivery_metrics import NO_METRICS, DeliveryMetrics
from serverless_runtime.notification_service.settings.channel import Guarantee


class CircuitBreakerChannel:
    """Fulfils `Channel`: sends as the channel does, while its circuit breaker allows it."""

    def __init__(self, channel: ConfiguredChannel, circuit_breaker: CircuitBreaker) -> None:
        self._channel = channel
        self._circuit_breaker = circuit_breaker

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def recipient(self) -> str:
        return self._channel.recipient

    @property
    def event_types(self) -> Collection[EventType]:
        return self._channel.event_types

    @property
    def guarantee(self) -> Guarantee:
        return self._channel.guarantee

    @property
    def budget_seconds(self) -> float:
        return self._channel.budget_seconds

    @property
    def failures(self) -> int:
        return self._circuit_breaker.failures

    def send(self, event: TaskEvent) -> str:
        return self._circuit_breaker.call(lambda: self._channel.send(event))


def with_circuit_breakers(
    channels: Sequence[ConfiguredChannel],
    store: CircuitBreakerStore,
    clock: Callable[[], float] = time.time,
    metrics: DeliveryMetrics = NO_METRICS,
) -> list[CircuitBreakerChannel]:
    """Put each channel behind a circuit breaker. Channels of the same settings have one provider,
    and share one."""
    names = {channel.settings.name for channel in channels}
    shared = {name: CircuitBreaker(name, store, clock, metrics) for name in names}
    return [CircuitBreakerChannel(channel, shared[channel.settings.name]) for channel in channels]
