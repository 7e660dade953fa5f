"""How a call through a circuit breaker can fail."""

from __future__ import annotations


class CallFailedError(Exception):
    """The provider failed, and may work later. The text becomes the reason of the opening."""

    def __init__(self, text: str, *, retry_after_seconds: float | None = None) -> None:
        """`retry_after_seconds` is the wait that the provider requests, if it does."""
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds
        """The wait that the provider requests; None if it requests none."""


class CallRefusedError(Exception):
    """The provider responded, and will never accept this call: it is up."""


class CircuitBreakerOpenError(Exception):
    """The provider was not called: it has failed too often, and its cool-down has not ended."""
