"""What a replay or purge did with each dead letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from serverless_ops.dead_letters.dead_letter import DeadLetter

REPLAYED, PURGED, FAILED = "replayed", "purged", "failed"

NOT_HELD = (
    "no longer held: another reader has received or deleted it, or it was held too long; "
    "run it again"
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was done with one dead letter, or why it stays in the queue."""

    dead_letter: DeadLetter
    outcome: str
    detail: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """For audit lines and `--json`."""
        return {
            "message_id": self.dead_letter.message_id,
            "event_id": self.dead_letter.event_id,
            "outcome": self.outcome,
            "detail": self.detail,
        }


Record = Callable[[Outcome], None]
