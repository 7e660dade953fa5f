"""What the relay needs from its environment, beside what every caller of the handoff needs."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    dead_letter_queue_url: str
    """Queue whose depth each run measures."""

    minimum_age_seconds: str
    """Seconds that an event is its caller's own to hand off; a whole number."""


# The relay's metrics, for alarms, dashboards and tools as well.
OLDEST_AGE = "OutboxOldestAge"
BACKLOG = "OutboxBacklog"
RELAY_HANDED_OFF = "RelayHandedOff"
RELAY_FAILED = "RelayFailed"
DEAD_LETTERS = "DeadLetters"
