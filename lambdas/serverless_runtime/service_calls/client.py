"""The caller's side: `service("prices").call("quote", {…}, deadline=Deadline.of(context))`."""

from __future__ import annotations

import functools
import logging
import os
import random
import time
from collections.abc import Callable
from typing import Any

from serverless_runtime.service_calls import log_messages
from serverless_runtime.service_calls.attempt import attempt
from serverless_runtime.service_calls.deadline import Deadline
from serverless_runtime.service_calls.envelope import MAX_BYTES, encoded
from serverless_runtime.service_calls.errors import (
    FaultError,
    RefusedError,
    ServiceCallError,
    ThrottledError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
)
from serverless_runtime.service_calls.metrics import NAMESPACE, REASON, UNANSWERED
from serverless_runtime.service_calls.settings import read_service_settings
from serverless_runtime.shared import aws
from serverless_runtime.shared.arguments import (
    is_number,
    require_a,
    require_callable,
    require_one_of,
    require_text,
    shown,
)
from serverless_runtime.shared.metrics import Counter

__all__ = ["Deadline", "Service", "service"]

_OWN_SECONDS = 0.05
"""What a caller keeps of its time, to say that there was no answer."""

_DELAY_SECONDS = 0.05
_RETRIED = (ThrottledError, UnreachableError, FaultError)

log = logging.getLogger(__name__)


class Service:
    """One service. The function's environment must contain that of the service."""

    def __init__(
        self, name: str, *, client: Any = None, jitter: Callable[[], float] = random.random
    ) -> None:
        """`name` is the name in the program; `client` a small one for Lambda. Raises
        MissingSettingsError."""
        require_text("name", name)
        require_callable("jitter", jitter)
        settings = read_service_settings(name)
        self.name = name
        """The name in the program."""

        self._client = client
        self._arn = settings.function_arn
        self._version = int(settings.version)
        self._budget = float(settings.budget_seconds)
        self._safe = set(filter(None, settings.safe.split(",")))
        self._operations = sorted({*self._safe, *filter(None, settings.unsafe.split(","))})
        self._counter = Counter(NAMESPACE, settings.component)
        self._jitter = jitter

    def call(
        self,
        operation: str,
        payload: Any = None,
        *,
        deadline: Deadline,
        seconds: float | None = None,
        correlation_id: str | None = None,
    ) -> Any:
        """Return the answer of the service, or raise a ServiceCallError.

        It returns within the service's budget, within `seconds`, and before the `deadline`, the
        caller's own. Then the service may still be at work, and an operation that changes something
        may be done or not: `may_be_done`. A safe operation that failed is tried once more if there
        is time; others never are.

        Raises ValueError for an operation that the program does not declare, and for a payload
        that is not JSON.
        """
        require_one_of("operation", operation, self._operations)
        require_deadline(deadline, correlation_id)
        if seconds is not None and not is_number(seconds):
            raise ValueError(f"seconds must be a number or None, got {shown(seconds)}")
        left = deadline.seconds_left() - _OWN_SECONDS
        budget = min(left, self._budget, self._budget if seconds is None else seconds)
        try:
            return self._within(budget, operation, payload, correlation_id or os.urandom(16).hex())
        except RefusedError:
            raise
        except ServiceCallError as error:
            self._counter.count(UNANSWERED, {REASON: error.reason}, with_total=True)
            fields = {"service": self.name, "operation": operation, "reason": error.reason}
            log.warning(log_messages.UNANSWERED, extra={**fields, "text": str(error)})
            raise

    def _within(self, budget: float, operation: str, payload: Any, correlation_id: str) -> Any:
        until = time.monotonic() + budget
        request = encoded(
            {
                "operation": operation,
                "version": self._version,
                "correlation_id": correlation_id,
                "deadline_ms": Deadline.after(budget).at_ms,
                "payload": payload,
            }
        )
        self._require_size(operation, request)
        try:
            return self._attempt(operation, request, until)
        except _RETRIED as error:
            delay = _DELAY_SECONDS * (1 + self._jitter())
            if operation not in self._safe or until - time.monotonic() <= delay:
                raise
            fields = {"service": self.name, "operation": operation, "reason": error.reason}
            log.info(log_messages.RETRIED, extra=fields)
        time.sleep(delay)
        return self._attempt(operation, request, until)

    def _attempt(self, operation: str, request: bytes, until: float) -> Any:
        if until <= time.monotonic():
            text = "no time was left for the call"
            raise TimedOutError(self.name, operation, text, may_be_done=False)
        client = (self._client or aws.client("lambda")).until(until)
        return attempt(client, self._arn, request, until=until, called=(self.name, operation))

    def _require_size(self, operation: str, request: bytes) -> None:
        if len(request) > MAX_BYTES:
            text = (
                f"a request must be at most {MAX_BYTES} bytes, got {len(request)}; put what is "
                "larger into S3, and its key into the payload"
            )
            raise TooLargeError(self.name, operation, text, may_be_done=False)


def require_deadline(deadline: Deadline, correlation_id: str | None) -> None:
    """Raise ValueError unless a call can be made with these."""
    require_a("deadline", deadline, Deadline, "a Deadline, such as Deadline.of(context)")
    if correlation_id is not None:
        require_text("correlation_id", correlation_id)


def service(name: str) -> Service:
    """Return this instance's client of the service of that name in the program.

    Raises MissingSettingsError.
    """
    require_text("name", name)
    return _of_this_instance(name)


@functools.cache
def _of_this_instance(name: str) -> Service:
    return Service(name)
