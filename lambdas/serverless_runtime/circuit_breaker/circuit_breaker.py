"""Decides whether a provider is called: `circuit_breaker("carrier").call(ask, fallback=guess)`.

Failures are counted over all instances of all functions that share the table: after some in a row
the circuit breaker opens, and no instance calls the provider. After a cool-down one of all
instances acquires the probe, and makes one call; its outcome closes the circuit breaker, or opens
it for longer.
"""

from __future__ import annotations

import functools
import logging
import os
import time
from collections.abc import Callable
from typing import TypeVar

from serverless_runtime.circuit_breaker import log_messages
from serverless_runtime.circuit_breaker.cached_state import CachedState
from serverless_runtime.circuit_breaker.errors import (
    CallFailedError,
    CallRefusedError,
    CircuitBreakerOpenError,
    Errors,
    failures_of_any_provider,
    require_errors,
)
from serverless_runtime.circuit_breaker.metrics import CIRCUIT, NAMESPACE, OPENED
from serverless_runtime.circuit_breaker.probe import acquire_probe, time_text
from serverless_runtime.circuit_breaker.rows import CircuitBreakerState, DynamoCircuitBreakerStore
from serverless_runtime.circuit_breaker.rules import CircuitBreakerRules, rules_of
from serverless_runtime.shared.arguments import require_a, require_callable, require_text
from serverless_runtime.shared.masking import masked
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.shared.texts import text_of

__all__ = [
    "CallFailedError",
    "CallRefusedError",
    "CircuitBreaker",
    "CircuitBreakerOpenError",
    "circuit_breaker",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

REFUSED: Errors = (CallRefusedError,)


class CircuitBreaker:
    """One provider's, in one instance of a function: keep it, as it caches the state."""

    def __init__(
        self,
        circuit: str,
        store: DynamoCircuitBreakerStore,
        *,
        rules: CircuitBreakerRules,
        failed: Errors | None = None,
        refused: Errors = REFUSED,
        metrics: Counter | None = None,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """An error that is both `refused` and `failed` is refused. The default of `failed` is
        `failures_of_any_provider()`. Without `metrics` nothing is emitted."""
        require_text("circuit", circuit)
        require_a("rules", rules, CircuitBreakerRules, "CircuitBreakerRules")
        if failed is not None:
            require_errors("failed", failed)
        require_errors("refused", refused)
        for name, value in (("clock", clock), ("timer", timer)):
            require_callable(name, value)
        self._circuit = circuit
        self._rules = rules
        self._given_failed_errors, self._refused_errors = failed, refused
        self._metrics = metrics
        self._state = CachedState(circuit, store, clock)
        self._timer = timer

    @property
    def failures(self) -> int:
        """Number of consecutive failures of the provider, up to two seconds ago."""
        return self._state.read().failures

    @property
    def _failed_errors(self) -> Errors:
        given = self._given_failed_errors
        return failures_of_any_provider() if given is None else given

    def call(self, fn: Callable[[], T], *, fallback: Callable[[], T] | None = None) -> T:
        """Return what `fn` returns, and raise what it raises; or, if the provider failed or was
        not called, return what `fallback` returns.

        Raises CircuitBreakerOpenError without calling `fn` while the circuit breaker is open. A
        refusal is raised in any case: the provider is up, and has an objection. So is any other
        error: it is a bug of our own, which is not counted, and if it ends a probe, the next probe
        follows when this one expires.
        """
        require_callable("fn", fn)
        if fallback is not None:
            require_callable("fallback", fallback)
        try:
            return self._call(fn)
        except self._refused_errors:
            raise
        except CircuitBreakerOpenError:
            if fallback is None:
                raise
        except self._failed_errors as error:
            if fallback is None:
                raise
            reason = masked(f"{type(error).__name__}: {text_of(error)}")
            log.warning(log_messages.FELL_BACK, extra={"circuit": self._circuit, "reason": reason})
        return fallback()

    def _call(self, fn: Callable[[], T]) -> T:
        probe = acquire_probe(self._state, self._rules.probe_seconds)
        started = self._timer()
        try:
            result = fn()
        except self._refused_errors:
            self._responded(probe, self._timer() - started)
            raise
        except self._failed_errors as error:
            self._failed(probe, text_of(error), getattr(error, "retry_after_seconds", None))
            raise
        self._responded(probe, self._timer() - started)
        return result

    def _responded(self, probe: str | None, seconds: float) -> None:
        slow = self._rules.slow_call_seconds
        if slow is not None and seconds > slow:
            self._failed(probe, f"it took {seconds:.1f} s to respond, more than {slow:g} s", None)
        else:
            self._succeeded(probe)

    def _succeeded(self, probe: str | None) -> None:
        now = self._state.now()
        if probe is not None:
            state = self._state.write(lambda store: store.close(self._circuit, probe, now))
            if state is not None and state.status == "CLOSED":
                log.info(log_messages.CLOSED, extra={"circuit": self._circuit, "until": None})
        elif self._state.latest.status == "CLOSED" and self._state.latest.failures:
            self._state.write(lambda store: store.reset_failures(self._circuit, now))

    def _failed(self, probe: str | None, reason: str, requested_seconds: float | None) -> None:
        now = self._state.now()
        if probe is not None:
            trips = self._state.latest.trips + 1
            until = now + self._rules.cool_down_seconds(trips, requested_seconds)
            self._open(
                probe,
                lambda store: store.reopen(self._circuit, probe, reason, until=until, now=now),
            )
            return
        state = self._state.write(lambda store: store.count_failure(self._circuit, reason, now))
        if state is None or state.status != "CLOSED":
            return
        if state.failures >= self._rules.failures_to_open:
            owner = os.urandom(16).hex()
            until = now + self._rules.cool_down_seconds(1, requested_seconds)
            least = self._rules.failures_to_open
            self._open(
                owner,
                lambda store: store.open(
                    self._circuit, owner, failures=least, until=until, now=now
                ),
            )

    def _open(
        self, owner: str, write: Callable[[DynamoCircuitBreakerStore], CircuitBreakerState]
    ) -> None:
        state = self._state.write(write)
        # Several instances may try; only the one that succeeded logs and counts it.
        if state is None or state.status != "OPEN" or state.changed_by != owner:
            return
        if self._metrics is not None:
            self._metrics.count(OPENED, {CIRCUIT: self._circuit}, with_total=True)
        extra = {"circuit": self._circuit, "until": time_text(state.blocked_until)}
        log.error(log_messages.OPENED, extra=extra)


def circuit_breaker(
    circuit: str, *, failed: Errors | None = None, refused: Errors = REFUSED
) -> CircuitBreaker:
    """Return this instance's circuit breaker of the circuit, as the environment sets it: that of a
    `CircuitBreaker` component. Without `failed`, CallFailedError, OSError and http.client's
    HTTPException are failures of the provider.

    Raises MissingSettingsError, and ValueError for a circuit that the component does not have.
    """
    require_text("circuit", circuit)
    if failed is not None:
        require_errors("failed", failed)
    require_errors("refused", refused)
    return of_this_instance(circuit, failed, refused)


@functools.cache
def of_this_instance(circuit: str, failed: Errors | None, refused: Errors) -> CircuitBreaker:
    # Who makes circuit breakers of settings of their own does without these.
    from serverless_runtime.circuit_breaker.settings.environment import (  # noqa: PLC0415
        read_circuit_breaker_settings,
    )

    settings = read_circuit_breaker_settings()
    circuits = settings.circuits.split(",")
    if circuit not in circuits:
        raise ValueError(f"circuit must be one of {', '.join(circuits)}, got {circuit!r}")
    return CircuitBreaker(
        circuit,
        DynamoCircuitBreakerStore(settings.table_name),
        rules=rules_of(settings),
        failed=failed,
        refused=refused,
        metrics=Counter(NAMESPACE, settings.component),
    )
