"""How a call through a circuit breaker can fail."""

from __future__ import annotations

from serverless_runtime.shared.arguments import is_number, require_text, shown

Errors = tuple[type[Exception], ...]


class CallFailedError(Exception):
    """The provider failed, and may work later. The text becomes the reason of the opening."""

    def __init__(self, text: str, *, retry_after_seconds: float | None = None) -> None:
        """`retry_after_seconds` is the wait that the provider requests, if it does."""
        require_text("text", text)
        if retry_after_seconds is not None and not (
            is_number(retry_after_seconds) and retry_after_seconds >= 0
        ):
            raise ValueError(
                f"retry_after_seconds must be a number from 0, got {shown(retry_after_seconds)}"
            )
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds
        """The wait that the provider requests; None if it requests none."""


class CallRefusedError(Exception):
    """The provider responded, and will never accept this call: it is up."""


class CircuitBreakerOpenError(Exception):
    """The provider was not called: it has failed too often, and its cool-down has not ended."""


def failures_of_any_provider() -> Errors:
    """Return what counts as a failure if nothing else is said: no connection, no response in time,
    and one that breaks off or is no HTTP, too."""
    # Only code that catches an error needs it: importing it takes a sixteenth of a cold start.
    import http.client  # noqa: PLC0415

    return CallFailedError, OSError, http.client.HTTPException


def require_errors(what: str, errors: object) -> None:
    """Raise ValueError unless it is what an `except` takes, and can be compared with others."""
    classes = errors if isinstance(errors, tuple) else ()
    for each in classes:
        if not (isinstance(each, type) and issubclass(each, Exception)):
            raise ValueError(f"{what} must have classes of errors, got {shown(each)} in it")
    if not classes and errors != ():
        raise ValueError(f"{what} must be a tuple of classes of errors, got {shown(errors)}")
