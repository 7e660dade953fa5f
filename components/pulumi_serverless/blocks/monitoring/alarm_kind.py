"""The short name of every alarm: the end of its name in AWS, and its section of the runbook."""

from __future__ import annotations

from enum import StrEnum

RUNBOOK = "docs/runbook.md"


class AlarmKind(StrEnum):
    """What can go off. The value is the heading of the section that says what to do."""

    DEAD_LETTER_DEPTH = "dead-letter-depth"
    DEAD_LETTER_AGE = "dead-letter-age"
    DEAD_LETTER_REFUSED = "dead-letter-refused"
    EVENTS_DROPPED = "events-dropped"
    EVENT_AGE = "event-age"
    TARGET_ERRORS = "target-errors"
    TARGET_THROTTLED = "target-throttled"
    TARGET_DURATION = "target-duration"
    OUTBOX_AGE = "outbox-age"
    OUTBOX_THROTTLED = "outbox-throttled"
    TABLE_THROTTLED = "table-throttled"
    DELIVERIES_THROTTLED = "deliveries-throttled"
    API_ERRORS = "api-errors"
    API_LATENCY = "api-latency"
    BREAKER_OPEN = "breaker-open"
    HANDOFF_UNHEALTHY = "handoff-unhealthy"

    @property
    def runbook_section(self) -> str:
        """Where the runbook says what to do, e.g. "docs/runbook.md#outbox-age"."""
        return f"{RUNBOOK}#{self}"
