"""Describes log lines for people. A message that is not known here is shown unchanged."""

from __future__ import annotations

from ops.aws.logs import LogLine
from ops.deliveries.circuit_breakers import NOT_TRIED_ERROR
from serverless_runtime.handoff import log_messages as handoffs
from serverless_runtime.notification_service import log_messages as notifications

_DESCRIPTIONS = {
    handoffs.HANDED_OFF: "accepted by Lambda for the target",
    handoffs.HANDOFF_FAILED: "not accepted by Lambda; waiting in the outbox",
    handoffs.HANDOFF_REJECTED: "not accepted by Lambda; waiting in the outbox",
    handoffs.OUTBOX_ROW_NOT_DELETED: "handed off, but still in the outbox: handed off again later",
    handoffs.OUTBOX_ROW_NOT_CLAIMED: "the relay could not claim it in the outbox",
    notifications.SENT: "sent",
    notifications.NOT_DELIVERED: "attempt failed",
    notifications.DEAD_LETTERED: "dead-lettered without retries: permanent failure",
    notifications.UNREADABLE_EVENT: "the target cannot read it: dead-lettered without retries",
    notifications.DUPLICATE_SKIPPED: "duplicate skipped: already delivered",
    notifications.DEAD_LETTERED_SKIPPED: "duplicate skipped: already dead-lettered",
}


def describe_line(line: LogLine) -> str:
    """Return what the line reports: its message in words, with channel, provider id and error."""
    message = str(line.fields["message"])
    words = _DESCRIPTIONS.get(message, message)
    if {"method", "route", "status"} <= line.fields.keys():
        words = "{method} {route} returned {status}".format_map(line.fields)
    if line.text("errorType") == NOT_TRIED_ERROR:
        words = "not attempted"
    channel, provider_id = line.text("channel"), line.text("provider_id")
    parts = [f"{channel}: " if channel else "", words]
    if provider_id and message == notifications.SENT:
        parts.append(f" as {provider_id}")
    if error := line.text("errorMessage"):
        parts.append(f": {error}")
    return "".join(parts)
