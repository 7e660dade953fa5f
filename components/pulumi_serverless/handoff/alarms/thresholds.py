"""At which values the alarms of a handoff fire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import AtLeast, Between, require_at_most
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.monitoring.dead_letter_alarms import DeadLetterThresholds

_LONGEST_EVENT_AGE_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class OutboxThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    outbox_age_seconds: Annotated[int, Between(120, 86_400)] = 300
    """Age of the oldest event in the outbox, 120 to 86400. Not below 120: an event that its caller
    left behind takes that long to be relayed, minimum age and schedule together."""

    outbox_warm_up_minutes: Annotated[int, Between(0, 60)] = 10
    """How long the new alarm on the outbox waits for the relay's first run, 0 to 60."""


@dataclass(frozen=True, kw_only=True)
class HandoffThresholds(DeadLetterThresholds, OutboxThresholds):
    """Each alarm fires at its threshold and above."""

    event_age_seconds: Annotated[int, AtLeast(1)] | None = None
    """Age of an event at an attempt, 1 or more and below the handoff's `max_event_age_seconds`.
    Left out: 900, or half of that maximum if it is less. The retries alone take three minutes; an
    event that is a quarter of an hour old waits for something else."""

    target_errors: Annotated[int, Between(1, 1_000_000)] = 5
    """Failed attempts in five minutes, 1 or more. One event that fails makes three, and its dead
    letter has an alarm of its own; five need a second event."""

    target_duration_percent: Annotated[int, Between(1, 100)] = 80
    """Longest run of the target in percent of its timeout, 1 to 100. At 100 it was killed,
    perhaps between doing its work and recording it."""

    def event_age_within(self, max_event_age_seconds: int) -> int:
        """The threshold for a handoff that dead-letters events at that age, in seconds.

        ValueError if it could never be reached.
        """
        if self.event_age_seconds is None:
            return min(_LONGEST_EVENT_AGE_SECONDS, max_event_age_seconds // 2)
        require_at_most(
            "event_age_seconds (below max_event_age_seconds)",
            self.event_age_seconds,
            max_event_age_seconds - 1,
        )
        return self.event_age_seconds
