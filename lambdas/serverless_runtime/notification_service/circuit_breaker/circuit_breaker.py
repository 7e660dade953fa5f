"""Decides whether a channel's provider is called.

Failures are counted over all instances of the function: after five in a row the circuit breaker
opens, and no instance calls the provider. After a cool-down one of all instances acquires the
probe, and sends one message; its outcome closes the circuit breaker, or opens it for longer.
"""

from __future__ import annotations

import functools
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service import log_messages
from serverless_runtime.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
)
from serverless_runtime.notification_service.circuit_breaker.cached_state import CachedState
from serverless_runtime.notification_service.circuit_breaker.probe import acquire_probe, time_text
from serverless_runtime.notification_service.circuit_breaker.state_in_dynamodb import (
    CircuitBreakerState,
    DynamoCircuitBreakerStore,
)
from serverless_runtime.notification_service.delivery.outcome_metrics import (
    NO_METRICS,
    DeliveryMetrics,
)

log = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5

FIRST_COOL_DOWN_SECONDS = 30
LONGEST_COOL_DOWN_SECONDS = 300


class CircuitBreaker:
    """One channel's, in one instance of the function."""

    def __init__(
        self,
        channel: str,
        store: DynamoCircuitBreakerStore,
        clock: Callable[[], float],
        metrics: DeliveryMetrics = NO_METRICS,
    ) -> None:
        self._channel = channel
        self._state = CachedState(channel, store, clock)
        self._metrics = metrics

    @property
    def failures(self) -> int:
        """Number of consecutive failures of the provider, up to two seconds ago."""
        return self._state.read().failures

    def call(self, send: Callable[[], str]) -> str:
        """Return what `send` returns, and raise what it raises.

        Raises CircuitBreakerOpenError, without calling it, while the circuit breaker is open. An
        error that is no ChannelError is a bug of our own and not a failure of the provider: it is
        not counted, and if it ends a probe, the next probe follows when this one expires.
        """
        probe = acquire_probe(self._state)
        try:
            provider_id = send()
        except PermanentChannelError:
            # The provider is up: it has rejected this one message.
            self._succeeded(probe)
            raise
        except ChannelError as error:
            self._failed(probe, error)
            raise
        self._succeeded(probe)
        return provider_id

    def _succeeded(self, probe: str | None) -> None:
        now = self._state.now()
        if probe is not None:
            state = self._state.write(lambda store: store.close(self._channel, probe, now))
            if state is not None and state.status == "CLOSED":
                log.info(
                    log_messages.CIRCUIT_BREAKER_CLOSED,
                    extra={"channel": self._channel, "until": None},
                )
        elif self._state.latest.status == "CLOSED" and self._state.latest.failures:
            self._state.write(lambda store: store.reset_failures(self._channel, now))

    def _failed(self, probe: str | None, error: ChannelError) -> None:
        now, reason = self._state.now(), str(error)
        if probe is not None:
            until = now + _cool_down(self._state.latest.trips + 1, error)
            self._open(
                probe,
                lambda store: store.reopen(self._channel, probe, reason, until=until, now=now),
            )
            return
        state = self._state.write(lambda store: store.count_failure(self._channel, reason, now))
        if state is None or state.status != "CLOSED":
            return
        if state.failures >= FAILURES_TO_OPEN:
            owner, until = uuid.uuid4().hex, now + _cool_down(1, error)
            self._open(
                owner,
                lambda store: store.open(
                    self._channel, owner, failures=FAILURES_TO_OPEN, until=until, now=now
                ),
            )

    def _open(
        self, owner: str, write: Callable[[DynamoCircuitBreakerStore], CircuitBreakerState]
    ) -> None:
        state = self._state.write(write)
        # Several instances may try; only the one that succeeded logs and counts it.
        if state is not None and state.status == "OPEN" and state.changed_by == owner:
            self._metrics.circuit_breaker_opened(self._channel)
            log.error(
                log_messages.CIRCUIT_BREAKER_OPENED,
                extra={"channel": self._channel, "until": time_text(state.blocked_until)},
            )


def _cool_down(trips: int, error: ChannelError) -> int:
    """Seconds: doubled with each trip, or what the provider requests, up to the maximum."""
    doubled = FIRST_COOL_DOWN_SECONDS * 2 ** min(trips - 1, 10)
    requested = error.retry_after_seconds or 0
    return int(min(max(doubled, requested), LONGEST_COOL_DOWN_SECONDS))


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
