"""A log line in words for people."""

from __future__ import annotations

from ops.log_lines import LogLine
from serverless_runtime.notification_service.breaker import BreakerOpenError

_WORDS = {
    "handed off": "accepted by Lambda for the target",
    "handoff failed": "not accepted by Lambda; it waits in the outbox",
    "handoff refused": "not accepted by Lambda; it waits in the outbox",
    "outbox row not deleted": "handed off, but still in the outbox: it will be handed off again",
    "outbox row not claimed": "the relay could not take it from the outbox",
    "notification sent": "sent",
    "not delivered": "attempt failed",
    "dead-lettered": "dead-lettered at once, as a retry cannot help",
    "unreadable event": "the target cannot read it: dead-lettered at once",
    "duplicate event skipped": "came again, and was skipped: delivered already",
    "dead-lettered event skipped": "came again, and was skipped: dead-lettered already",
}


def told(line: LogLine) -> str:
    """Return what the line says; of an unknown one its message and its error."""
    message = str(line.fields["message"])
    if message == "request answered":
        return "{method} {route} answered {status}".format_map(_Fields(line.fields))
    words = _WORDS.get(message, message)
    if line.text("errorType") == BreakerOpenError.__name__:
        words = "not tried"
    channel, provider_id = line.text("channel"), line.text("provider_id")
    parts = [f"{channel}: " if channel else "", words]
    if provider_id and message == "notification sent":
        parts.append(f" as {provider_id}")
    if error := line.text("errorMessage"):
        parts.append(f": {error}")
    return "".join(parts)


class _Fields(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return f"(no {name})"
