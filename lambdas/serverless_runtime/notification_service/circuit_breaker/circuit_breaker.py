"""Decides whether a channel's provider is called.

Failures are counted over all instances of the function: after five in a row the circuit breaker
opens, and no instance calls the provider. After a cool-down one of all instances acquires the
probe, and sends one message; its outcome closes the circuit breaker, or opens it for longer. If
the state cannot be read or written, every call goes through: a circuit breaker must not become the
outage that it is there to soften.
"""

from __future__ import annotations

import functools
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service import log_messages
from serverless_runtime.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
)
from serverless_runtime.notification_service.circuit_breaker.dynamo_store import (
    CircuitBreakerState,
    DynamoCircuitBreakerStore,
)
from serverless_runtime.notification_service.delivery_metrics import NO_METRICS, DeliveryMetrics
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from serverless_runtime.shared import timestamps

log = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
CACHE_SECONDS = 2
"""An instance reads a channel's state at most this often."""

FIRST_COOL_DOWN_SECONDS = 30
LONGEST_COOL_DOWN_SECONDS = 300

PROBE_SECONDS = TIMEOUT_SECONDS + 15
"""More than the function's timeout: no second probe while the first may still send."""


class CircuitBreakerOpenError(ChannelError):
    """The provider was not called: it has failed too often, and its cool-down has not ended."""


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
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._cached = CircuitBreakerState()
        self._read_at = float("-inf")

    @property
    def failures(self) -> int:
        """Number of consecutive failures of the provider, up to two seconds ago."""
        return self._state().failures

    def call(self, send: Callable[[], str]) -> str:
        """Return what `send` returns, and raise what it raises.

        Raises CircuitBreakerOpenError, without calling it, while the circuit breaker is open. An
        error that is no ChannelError is a bug of our own and not a failure of the provider: it is
        not counted, and if it ends a probe, the next probe follows when this one expires.
        """
        probe = self._probe_if_not_closed()
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

    def _probe_if_not_closed(self) -> str | None:
        """Return the id of the probe we acquired, or None if the circuit breaker is closed."""
        state = self._state()
        if state.status == "CLOSED":
            return None
        now = self._now()
        if state.blocked_until > now:
            raise self._open_error(state)
        probe = uuid.uuid4().hex
        until = now + PROBE_SECONDS
        found = self._write(
            lambda: self._store.acquire_probe(self._channel, probe, until=until, now=now)
        )
        if found is None or found.status == "CLOSED":
            return None
        if found.changed_by != probe:
            raise self._open_error(found)
        return probe

    def _succeeded(self, probe: str | None) -> None:
        if probe is not None:
            state = self._write(lambda: self._store.close(self._channel, probe, self._now()))
            if state is not None and state.status == "CLOSED":
                log.info(
                    log_messages.CIRCUIT_BREAKER_CLOSED,
                    extra={"channel": self._channel, "until": None},
                )
        elif self._cached.status == "CLOSED" and self._cached.failures:
            self._write(lambda: self._store.reset_failures(self._channel, self._now()))

    def _failed(self, probe: str | None, error: ChannelError) -> None:
        now, reason = self._now(), str(error)
        if probe is not None:
            until = now + _cool_down(self._cached.trips + 1, error)
            self._open(
                probe,
                lambda: self._store.reopen(self._channel, probe, reason, until=until, now=now),
            )
            return
        state = self._write(lambda: self._store.count_failure(self._channel, reason, now))
        if state is None or state.status != "CLOSED":
            return
        if state.failures >= FAILURES_TO_OPEN:
            owner, until = uuid.uuid4().hex, now + _cool_down(1, error)
            self._open(
                owner,
                lambda: self._store.open(
                    self._channel, owner, failures=FAILURES_TO_OPEN, until=until, now=now
                ),
            )

    def _open(self, owner: str, write: Callable[[], CircuitBreakerState]) -> None:
        state = self._write(write)
        # Several instances may try; only the one that succeeded logs and counts it.
        if state is not None and state.status == "OPEN" and state.changed_by == owner:
            self._metrics.circuit_breaker_opened(self._channel)
            log.error(
                log_messages.CIRCUIT_BREAKER_OPENED,
                extra={"channel": self._channel, "until": _text(state.blocked_until)},
            )

    def _state(self) -> CircuitBreakerState:
        if self._clock() - self._read_at >= CACHE_SECONDS:
            try:
                self._cache(self._store.read(self._channel))
            except Exception:
                log.exception("circuit breaker not read: calls go through", extra=self._fields)
                self._cache(CircuitBreakerState())
        return self._cached

    def _write(self, write: Callable[[], CircuitBreakerState]) -> CircuitBreakerState | None:
        """Return the state after the write, or None if the store failed."""
        try:
            state = write()
        except Exception:
            log.exception("circuit breaker not written: calls go through", extra=self._fields)
            self._cache(CircuitBreakerState())
            return None
        self._cache(state)
        return state

    def _cache(self, state: CircuitBreakerState) -> None:
        self._cached, self._read_at = state, self._clock()

    def _open_error(self, state: CircuitBreakerState) -> CircuitBreakerOpenError:
        until = _text(state.blocked_until)
        status = "is open" if state.status == "OPEN" else "is half open (a probe is in progress)"
        return CircuitBreakerOpenError(
            f"nothing was sent: the circuit breaker of {self._channel} {status} until {until}, "
            f"after {state.failures} failures in a row; last error: {state.last_error}"
        )

    @property
    def _fields(self) -> dict[str, object]:
        return {"channel": self._channel}

    def _now(self) -> int:
        return int(self._clock())


def _cool_down(trips: int, error: ChannelError) -> int:
    """Seconds: doubled with each trip, or what the provider requests, up to the maximum."""
    doubled = FIRST_COOL_DOWN_SECONDS * 2 ** min(trips - 1, 10)
    requested = error.retry_after_seconds or 0
    return int(min(max(doubled, requested), LONGEST_COOL_DOWN_SECONDS))


def _text(epoch_seconds: int) -> str:
    return timestamps.to_text(datetime.fromtimestamp(epoch_seconds, UTC))


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
