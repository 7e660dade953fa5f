"""An asynchronous invocation that failed: what Lambda writes to an on-failure destination.

A target that gives an event up itself writes the same record. A function with a DeadLetterConfig
gets the bare event instead, with the error in the message's attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serverless_ops.dead_letters.destination import Destination
from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from serverless_ops.dead_letters.json_text import (
    NotJsonError,
    members,
    parsed_object,
    require_json,
    scalar,
)
from serverless_ops.dead_letters.kinds import Client, Message
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.stack import DeadLetterQueue


def recognizes(message: Message) -> bool:
    """Whether SQS itself has not moved it here."""
    return "DeadLetterQueueSourceArn" not in message.get("Attributes", {})


def read(message: Message) -> FailureRecord:
    """Return the event and its last error. Raises UnreadableDeadLetterError."""
    body = message["Body"]
    try:
        require_json(body)
    except NotJsonError as error:
        raise UnreadableDeadLetterError(f"the message is not JSON: {error}") from None
    content = members(body)
    context = parsed_object(content.get("requestContext"))
    if "requestPayload" in content and "requestContext" in content:
        return _from_destination(content, context)
    # Other events have a requestContext, too: those of API Gateway.
    if "functionArn" in context:
        raise UnreadableDeadLetterError("the failure record contains no requestPayload")
    return _from_dead_letter_config(body, message.get("MessageAttributes") or {})


def missing(queue: DeadLetterQueue) -> str | None:
    """The function that failed."""
    return None if queue.target_arn else "--function"


def destination(queue: DeadLetterQueue, client: Client) -> Destination:
    """The function that failed."""
    return FunctionDestination(client("lambda"), queue.target_arn or "")


def _from_destination(content: Mapping[str, str], context: Mapping[str, Any]) -> FailureRecord:
    response = parsed_object(content.get("responsePayload"))
    condition = _text(context.get("condition"))
    return FailureRecord(
        payload=content["requestPayload"],
        # There is no response if the event became too old before its first attempt.
        reason=_text(response.get("errorMessage")) or condition or "unknown",
        error_type=_text(response.get("errorType")),
        attempts=_count(context.get("approximateInvokeCount")),
        failed_at=_text(scalar(content.get("timestamp", "null"))),
        condition=condition,
        function=_text(context.get("functionArn")),
        request_id=_text(context.get("requestId")),
    )


def _from_dead_letter_config(event: str, attributes: Mapping[str, Any]) -> FailureRecord:
    def attribute(name: str) -> str | None:
        return _text((attributes.get(name) or {}).get("StringValue"))

    return FailureRecord(
        payload=event,
        reason=attribute("ErrorMessage") or "unknown",
        request_id=attribute("RequestID"),
        error_code=attribute("ErrorCode"),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
