"""How a call of a service can end without its result: each way has a class.

An answer that something is not to be is a RefusedError: the service is well. All others are
faults, of which those in FAILED may pass, and a circuit breaker counts them:
`circuit_breaker("prices", failed=FAILED, refused=REFUSED)`.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceCallError(Exception):
    """A call without a result."""

    reason: ClassVar[str]
    """The class in one word, for logs, metrics and responses."""

    def __init__(self, service: str, operation: str, text: str, *, may_be_done: bool) -> None:
        super().__init__(f"{service}.{operation}: {text}")
        self.service = service
        """Name of the service."""

        self.operation = operation
        """Name of its operation."""

        self.may_be_done = may_be_done
        """Whether the service may have done what it was asked for."""


class RefusedError(ServiceCallError):
    """The service has answered that it will not: an answer, not a fault."""

    reason = "refused"

    def __init__(self, service: str, operation: str, code: str, text: str) -> None:
        super().__init__(service, operation, f"{code}: {text}", may_be_done=False)
        self.code = code
        """The service's own word for why, e.g. "unknown-book"."""

        self.text = text
        """The same for people."""


class TimedOutError(ServiceCallError):
    """There was no answer in time. The service may still be working."""

    reason = "timed-out"


class ThrottledError(ServiceCallError):
    """Lambda runs as many of the service as it may, and has not run this call."""

    reason = "throttled"


class UnreachableError(ServiceCallError):
    """Lambda could not be reached, or its response was lost."""

    reason = "unreachable"


class FaultError(ServiceCallError):
    """The service raised an error, was killed, or what it returned is no answer; its log says
    more."""

    reason = "fault"


class WrongVersionError(ServiceCallError):
    """The service knows no such version of itself, or no such operation: the two sides have been
    deployed apart."""

    reason = "wrong-version"


class TooLargeError(ServiceCallError):
    """The request or the answer is larger than Lambda passes on."""

    reason = "too-large"


class NotCallableError(ServiceCallError):
    """There is no such function, or this one may not call it: only a deployment can help."""

    reason = "not-callable"


FAILED = (TimedOutError, ThrottledError, UnreachableError, FaultError)
"""What may pass: for a circuit breaker, failures of the service."""

REFUSED = (RefusedError, WrongVersionError, TooLargeError)
"""What will be the same the next time: for a circuit breaker, the service is up."""
