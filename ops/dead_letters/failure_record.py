"""The content of a dead letter.

Lambda writes a failure record to an on-failure destination: the event, the last error, and the
number of attempts. A function with a DeadLetterConfig gets the bare event instead, with the error
in the message's attributes. Both are read here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn


class UnreadableDeadLetterError(Exception):
    """The message contains no event that could be replayed."""


@dataclass(frozen=True, kw_only=True)
class FailureRecord:
    """One event that failed permanently."""

    event: dict[str, Any]
    """The event as the target received it."""

    reason: str
    """Error message of the last attempt; the condition if the target never responded."""

    error_type: str | None
    """Class of the last error, if the target raised one."""

    attempts: int | None
    """Number of attempts, if the message contains it."""

    failed_at: str | None
    """When Lambda gave up, RFC 3339, if the message contains it."""

    condition: str | None = None
    """Why it was dead-lettered, if the message contains it: RetriesExhausted or EventAgeExceeded by
    Lambda, PermanentFailure by the target itself."""

    function: str | None = None
    """ARN of the function that failed, if the message contains it."""

    request_id: str | None = None
    """The failed invocation, as in the function's log."""

    error_code: str | None = None
    """HTTP status of the error, on a bare event."""

    bare: bool = False
    """Whether the message is the event itself, as a DeadLetterConfig writes it."""


def read_failure_record(body: str, attributes: Mapping[str, Any] | None = None) -> FailureRecord:
    """Read a dead letter from a message's body and its attributes, as SQS returns them.

    Raises UnreadableDeadLetterError.
    """
    try:
        content = json.loads(body, parse_constant=_no_json, parse_float=_finite)
    except ValueError as error:
        raise UnreadableDeadLetterError(f"the message is not JSON: {error}") from None
    except RecursionError:
        raise UnreadableDeadLetterError("the message is nested too deeply to be read") from None
    if not isinstance(content, dict):
        raise UnreadableDeadLetterError(
            f"the message must be a JSON object, got {type(content).__name__}"
        )
    if "requestPayload" in content and "requestContext" in content:
        return _from_destination(content)
    return _from_dead_letter_config(content, attributes or {})


def _from_destination(content: Mapping[str, Any]) -> FailureRecord:
    event = content["requestPayload"]
    if not isinstance(event, dict):
        raise UnreadableDeadLetterError(
            f"requestPayload must be an object, got {type(event).__name__}"
        )
    context = _mapping(content.get("requestContext"))
    response = _mapping(content.get("responsePayload"))
    condition = _text(context.get("condition"))
    return FailureRecord(
        event=event,
        # There is no response if the event became too old before its first attempt.
        reason=_text(response.get("errorMessage")) or condition or "unknown",
        error_type=_text(response.get("errorType")),
        attempts=_count(context.get("approximateInvokeCount")),
        failed_at=_text(content.get("timestamp")),
        condition=condition,
        function=_text(context.get("functionArn")),
        request_id=_text(context.get("requestId")),
    )


def _from_dead_letter_config(event: dict[str, Any], attributes: Mapping[str, Any]) -> FailureRecord:
    def attribute(name: str) -> str | None:
        return _text(_mapping(attributes.get(name)).get("StringValue"))

    return FailureRecord(
        event=event,
        reason=attribute("ErrorMessage") or "unknown",
        error_type=None,
        attempts=None,
        failed_at=None,
        request_id=attribute("RequestID"),
        error_code=attribute("ErrorCode"),
        bare=True,
    )


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
