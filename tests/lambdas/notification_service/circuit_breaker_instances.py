"""Circuit breakers of one channel in several instances, over one table."""

from __future__ import annotations

from collections.abc import Callable

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.circuit_breaker.cached_state import CACHE_SECONDS
from serverless_runtime.notification_service.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.notification_service.circuit_breaker.state_in_dynamodb import (
    DynamoCircuitBreakerStore,
)
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES


class Provider:
    """Returns an id or raises `error`, and counts the calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: BaseException | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def __call__(self) -> str:
        self.calls += 1
        self.meanwhile()
        if self.error is not None:
            raise self.error
        return f"m-{self.calls}"


def an_instance(clock: Clock, channel: str = "email") -> CircuitBreaker:
    return CircuitBreaker(channel, DynamoCircuitBreakerStore(DELIVERIES), clock)


def tried(circuit_breaker: CircuitBreaker, provider: Provider) -> str:
    """Return the provider's id, or the name of the error."""
    try:
        return circuit_breaker.call(provider)
    except Exception as error:
        return type(error).__name__


def let_caches_end(clock: Clock) -> None:
    clock.now += CACHE_SECONDS


def fail(clock: Clock, provider: Provider, times: int, error: Exception | None = None) -> None:
    """Let `times` calls fail, each in its own instance."""
    provider.error = error or ChannelError("down")
    for _ in range(times):
        assert tried(an_instance(clock), provider) == type(provider.error).__name__
    provider.error = None
