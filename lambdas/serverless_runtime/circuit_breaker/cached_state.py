"""What one instance of a function knows about a provider, read again every two seconds.

If the state cannot be read or written, the circuit breaker counts as closed: it must not become the
outage that it is there to soften.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from serverless_runtime.circuit_breaker.rows import CircuitBreakerState, DynamoCircuitBreakerStore

log = logging.getLogger(__name__)

CACHE_SECONDS = 2
"""An instance reads a circuit's state at most this often."""


class CachedState:
    """One circuit's state, as of its last read or write by this instance."""

    def __init__(
        self, circuit: str, store: DynamoCircuitBreakerStore, clock: Callable[[], float]
    ) -> None:
        self.circuit = circuit
        self.latest = CircuitBreakerState()
        self._store = store
        self._clock = clock
        self._read_at = float("-inf")

    def now(self) -> int:
        """Epoch seconds."""
        return int(self._clock())

    def read(self) -> CircuitBreakerState:
        """Return the state, up to two seconds old."""
        if self._clock() - self._read_at >= CACHE_SECONDS:
            try:
                self._cache(self._store.read(self.circuit))
            except Exception:
                log.exception("circuit breaker not read: calls go through", extra=self._fields)
                self._cache(CircuitBreakerState())
        return self.latest

    def write(
        self, write: Callable[[DynamoCircuitBreakerStore], CircuitBreakerState]
    ) -> CircuitBreakerState | None:
        """Return the state after the write, or None if the store failed."""
        try:
            state = write(self._store)
        except Exception:
            log.exception("circuit breaker not written: calls go through", extra=self._fields)
            self._cache(CircuitBreakerState())
            return None
        self._cache(state)
        return state

    def _cache(self, state: CircuitBreakerState) -> None:
        self.latest, self._read_at = state, self._clock()

    @property
    def _fields(self) -> dict[str, object]:
        return {"circuit": self.circuit}
