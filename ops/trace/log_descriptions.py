"""Describes log lines in words for people. A message that is not known here is shown as it is."""

from __future__ import annotations

from ops.aws.logs import LogLine
from ops.deliveries.circuit_breakers import NOT_TRIED_ERROR

_DESCRIPTIONS = {
    "handed off": "accepted by Lambda for the target",
    "handoff failed": "not accepted by Lambda; waiting in the outbox",
    "handoff refused": "not accepted by Lambda; waiting in the outbox",
    "outbox row not deleted": "handed off, but still in the outbox: will be handed off again",
    "outbox row not claimed": "the relay could not claim it in the outbox",
    "notification sent": "sent",
    "not delivered": "attempt failed",
    "dead-lettered": "dead-lettered without retries, which could not help",
    "unreadable event": "the target cannot read it: dead-lettered without retries",
    "duplicate event skipped": "duplicate skipped: already delivered",
    "dead-lettered event skipped": "duplicate skipped: already dead-lettered",
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
    if provider_id and message == "notification sent":
        parts.append(f" as {provider_id}")
    if error := line.text("errorMessage"):
        parts.append(f": {error}")
    return "".join(parts)
