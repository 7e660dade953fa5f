"""Circuit breakers of one provider in several instances, over one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.circuit_breaker.cached_state import CACHE_SECONDS
from serverless_runtime.circuit_breaker.circuit_breaker import CallFailedError, CircuitBreaker
from serverless_runtime.circuit_breaker.rows import DynamoCircuitBreakerStore
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import CIRCUITS

RULES = CircuitBreakerRules()


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


def an_instance(
    clock: Clock, circuit: str = "email", *, rules: CircuitBreakerRules = RULES, **named: Any
) -> CircuitBreaker:
    store = named.pop("store", None) or DynamoCircuitBreakerStore(CIRCUITS)
    return CircuitBreaker(circuit, store, rules=rules, clock=clock, timer=clock, **named)


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
    provider.error = error or CallFailedError("down")
    for _ in range(times):
        assert tried(an_instance(clock), provider) == type(provider.error).__name__
    provider.error = None
