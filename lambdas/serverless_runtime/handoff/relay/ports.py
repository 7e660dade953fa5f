"""What the relay works on and with: rows, claims, the outbox, the target. No AWS in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.shared.frozen import frozen


class WaitingRow(NamedTuple):
    """What the outbox shows of an event before it is claimed. Times: epoch milliseconds."""

    shard: str
    committed: str
    """The sort key."""

    event_id: str

    committed_at: int
    next_attempt_at: int
    attempts: int


class Claim(NamedTuple):
    """Exclusive: no other relay hands the event off until its next attempt is due."""

    row: WaitingRow
    event: Event


class Outbox(Protocol):
    """Where committed events wait. Threads share it."""

    def oldest_first(self, shard: str, *, committed_before: int) -> Iterator[WaitingRow]:
        """Yield a shard's rows, oldest first, reading only as many as are consumed."""
        ...

    def claim(self, row: WaitingRow, *, owner: str, next_attempt_at: int) -> Claim | None:
        """Claim the row until `next_attempt_at`; None if it is gone or another relay has claimed
        it."""
        ...

    def remove(self, claims: Sequence[Claim]) -> list[Claim]:
        """Remove the rows of events that need them no longer, whoever has claimed them since.

        Returns the claims whose rows are still there, because the table is busy.
        """
        ...


class Target(Protocol):
    """Where events go. Threads share it."""

    def hand_off(self, event: Event) -> bool:
        """Hand the event off; return whether it was accepted. Raises NeverAcceptedError only."""
        ...


DeadLetter = Callable[[Event, NeverAcceptedError], None]
"""Keeps an event that Lambda will never accept, with the reason. May raise."""


@frozen
class Report:
    """What one run found and did."""

    oldest_age_seconds: float = 0
    """Age of the oldest event when the run began; 0 if none was waiting."""

    backlog: int = 0
    """Rows seen. A run that ends early has not seen all."""

    handed_off: int = 0
    failed: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(
            oldest_age_seconds=max(self.oldest_age_seconds, other.oldest_age_seconds),
            backlog=self.backlog + other.backlog,
            handed_off=self.handed_off + other.handed_off,
            failed=self.failed + other.failed,
        )
