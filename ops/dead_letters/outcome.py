"""What a replay or purge did with each dead letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from ops.dead_letters.dead_letter import DeadLetter
from ops.dead_letters.reader import DeadLetterReader
from ops.dead_letters.selection import Selection

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


Record = Callable[[Outcome], None]


def record_skipped(selection: Selection, record: Record) -> None:
    """Record what matched and stays in the queue."""
    for each in selection.skipped:
        record(Outcome(dead_letter=each.dead_letter, outcome=each.outcome, detail=each.reason))


def try_delete(reader: DeadLetterReader, dead_letter: DeadLetter) -> str | None:
    """Delete a message and return None, or return why it could not be deleted."""
    try:
        reader.delete(dead_letter)
    except (ClientError, BotoCoreError) as error:
        return str(error)
    return None
