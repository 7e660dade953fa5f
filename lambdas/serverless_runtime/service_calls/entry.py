"""The callee's side: `handle = service_entry({"quote": quote})`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from serverless_runtime.service_calls import log_messages
from serverless_runtime.service_calls.deadline import Deadline
from serverless_runtime.service_calls.envelope import (
    MALFORMED,
    MAX_BYTES,
    OK,
    REFUSED,
    REJECTED,
    TOO_LARGE,
    TOO_LATE,
    WRONG_VERSION,
    encoded,
    problem,
)
from serverless_runtime.shared import json_log
from serverless_runtime.shared.frozen import frozen

log = logging.getLogger(__name__)


@frozen
class Call:
    """What an operation is called with."""

    payload: Any
    """What the caller sends, as JSON."""

    deadline: Deadline
    """When the caller stops waiting; give it to the services that the operation calls."""

    correlation_id: str
    """Id of the caller's request; give it to them, too."""

    version: int
    """The version of this service that the caller was deployed with."""


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """Raised by an operation: the caller gets a RefusedError with this code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


Operation = Callable[[Call], Any]
Handler = Callable[[Any, Any], dict[str, Any]]


def service_entry(
    operations: Mapping[str, Operation],
    *,
    versions: Collection[int] = (1,),
    clock: Callable[[], float] = time.time,
) -> Handler:
    """Return a Lambda handler that calls the operation that a request names.

    What an operation returns is its answer, as JSON. Refusal is an answer, too. Any other error is
    a fault: the invocation fails, so that Lambda counts it and an alarm sees it. A request whose
    deadline has passed is not begun. `versions` are those that callers may have been deployed with.
    """

    def handle(event: Any, context: Any) -> dict[str, Any]:
        json_log.configure(getattr(context, "aws_request_id", None))
        if (text := _malformed(event)) is not None:
            return problem(REJECTED, MALFORMED, text)
        json_log.bind(correlation_id=event["correlation_id"])
        name, version = event["operation"], event["version"]
        if version not in versions or name not in operations:
            known = f"{', '.join(sorted(operations))} in version {', '.join(map(str, versions))}"
            return problem(REJECTED, WRONG_VERSION, f"the service has {known}, got {version}")
        deadline = Deadline(event["deadline_ms"])
        if deadline.seconds_left(clock) <= 0:
            log.warning(log_messages.TOO_LATE, extra={"operation": name})
            return problem(REJECTED, TOO_LATE, "the deadline had passed before it began")
        call = Call(
            payload=event["payload"],
            deadline=deadline,
            correlation_id=event["correlation_id"],
            version=version,
        )
        try:
            answer = {OK: operations[name](call)}
        except Refusal as refusal:
            log.info(log_messages.REFUSED, extra={"operation": name, "code": refusal.code})
            return problem(REFUSED, refusal.code, refusal.text)
        return _fitting(answer)

    return handle


_FIELDS: Mapping[str, type] = {
    "operation": str,
    "version": int,
    "correlation_id": str,
    "deadline_ms": int,
    "payload": object,
}


def _malformed(event: Any) -> str | None:
    """Return what is wrong with a request, or None."""
    if not isinstance(event, dict):
        return f"a request must be an object, got {type(event).__name__}"
    for name, kind in _FIELDS.items():
        if name not in event:
            return f"a request must have {', '.join(_FIELDS)}; it has no {name}"
        # Not isinstance: True is an int.
        if kind is not object and type(event[name]) is not kind:
            return f"{name} must be {kind.__name__}, got {type(event[name]).__name__}"
    return None


def _fitting(answer: dict[str, Any]) -> dict[str, Any]:
    size = len(encoded(answer))
    if size <= MAX_BYTES:
        return answer
    text = f"an answer must be at most {MAX_BYTES} bytes, got {size}; put it into S3"
    return problem(REJECTED, TOO_LARGE, text)
