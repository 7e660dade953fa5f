"""A log line in words for people."""

from __future__ import annotations

from ops.log_lines import LogLine
from serverless_runtime.handoff import log_messages as handoffs
from serverless_runtime.notification_service import log_messages as notifications
from serverless_runtime.notification_service.circuit_breaker.circuit_breaker import (
    CircuitBreakerOpenError,
)
from serverless_runtime.task_service import log_messages as tasks

_WORDS = {
    handoffs.HANDED_OFF: "accepted by Lambda for the target",
    handoffs.HANDOFF_FAILED: "not accepted by Lambda; it waits in the outbox",
    handoffs.HANDOFF_REFUSED: "not accepted by Lambda; it waits in the outbox",
    handoffs.OUTBOX_ROW_NOT_DELETED: "handed off, but still in the outbox: handed off again later",
    handoffs.OUTBOX_ROW_NOT_CLAIMED: "the relay could not take it from the outbox",
    notifications.SENT: "sent",
    notifications.NOT_DELIVERED: "attempt failed",
    notifications.DEAD_LETTERED: "dead-lettered at once, as a retry cannot help",
    notifications.UNREADABLE_EVENT: "the target cannot read it: dead-lettered at once",
    notifications.DUPLICATE_SKIPPED: "came again, and was skipped: delivered already",
    notifications.DEAD_LETTERED_SKIPPED: "came again, and was skipped: dead-lettered already",
}


def told(line: LogLine) -> str:
    """Return what the line says; of an unknown one its message and its error."""
    message = str(line.fields["message"])
    if message == tasks.REQUEST_COMPLETED:
        return "{method} {route} answered {status}".format_map(_Fields(line.fields))
    words = _WORDS.get(message, message)
    if line.text("errorType") == CircuitBreakerOpenError.__name__:
        words = "not tried"
    channel, provider_id = line.text("channel"), line.text("provider_id")
    parts = [f"{channel}: " if channel else "", words]
    if provider_id and message == notifications.SENT:
        parts.append(f" as {provider_id}")
    if error := line.text("errorMessage"):
        parts.append(f": {error}")
    return "".join(parts)


class _Fields(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return f"(no {name})"
