"""Replays dead letters: invokes the target with each event again, then deletes the message.

SQS's own redrive cannot be used: it moves messages between queues, and does not support queues that
Lambda writes to. A message is deleted only after Lambda has accepted its event, so an event can be
accepted twice (the target skips duplicates) but is never lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ops.dead_letters.dead_letter import DeadLetter
from ops.dead_letters.outcome import FAILED, NOT_HELD, REPLAYED, Outcome, Record
from ops.dead_letters.reader import DeadLetterReader
from ops.dead_letters.replay_rate import RateLimiter
from ops.dead_letters.selection import Selection
from ops.dead_letters.target import (
    BrokenTargetError,
    NotAcceptedError,
    RejectedEventError,
    Target,
    UnreachableTargetError,
    invoke_with_retries,
)
from ops.interrupts import Interrupts


class ReplayStoppedError(Exception):
    """The target did not accept an event. It and the rest are still in the queue: run it again."""

    def __init__(self, text: str, *, unreachable: bool = False) -> None:
        super().__init__(text)
        self.unreachable = unreachable
        """Whether a new run cannot succeed until something is fixed."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Replays events of one queue to one target."""

    reader: DeadLetterReader
    target: Target
    record: Record
    """Called with the outcome of each dead letter, as soon as it is known."""

    rate_limiter: RateLimiter = field(default_factory=partial(RateLimiter, 100))
    sleep: Callable[[float], None] = time.sleep
    interrupts: Interrupts = field(default_factory=Interrupts)

    def run(self, selection: Selection) -> None:
        """Replay the selected dead letters. Raises ReplayStoppedError."""
        for skipped in selection.skipped:
            self.record(skipped)
        for done, dead_letter in enumerate(selection.chosen):
            self.rate_limiter.wait()
            self.reader.keep_hidden()
            if not self.reader.holds(dead_letter):
                self.record(Outcome(dead_letter=dead_letter, outcome=FAILED, detail=NOT_HELD))
                continue
            try:
                invoke_with_retries(partial(self._replay, dead_letter), self.sleep)
            except RejectedEventError as error:
                detail = f"target {error}"
                self.record(Outcome(dead_letter=dead_letter, outcome=FAILED, detail=detail))
            except NotAcceptedError as error:
                raise ReplayStoppedError(
                    f"replay stopped after {done} of {len(selection.chosen)} dead letters: "
                    f"target {error}; run it again to continue",
                    unreachable=isinstance(error, BrokenTargetError | UnreachableTargetError),
                ) from error

    def _replay(self, dead_letter: DeadLetter) -> None:
        with self.interrupts.shielded():
            self.target.invoke(dead_letter.payload())
            problem = self.reader.try_delete(dead_letter)
            if problem is None:
                self.record(Outcome(dead_letter=dead_letter, outcome=REPLAYED))
                return
            detail = (
                f"accepted by Lambda, but the message could not be deleted: {problem}; "
                "a later replay invokes the target again, which skips the duplicate"
            )
            self.record(Outcome(dead_letter=dead_letter, outcome=FAILED, detail=detail))
