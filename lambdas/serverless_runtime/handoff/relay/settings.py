"""What the relay needs from its environment, beside what every caller of the handoff needs."""

from __future__ import annotations

from serverless_runtime.shared.frozen import frozen


@frozen
class RelaySettings:
    """How the relay treats events."""

    minimum_age_seconds: str
    """Seconds that an event is its caller's own to hand off; a whole number."""

    dead_letter_queue_url: str | None = None
    """Queue for what a function will never accept, whose depth each run measures. Topics and queues
    accept whatever a publisher lets through."""
