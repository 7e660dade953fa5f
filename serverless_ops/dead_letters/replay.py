"""Replays dead letters: hands each to its destination again, then deletes the message.

A message is deleted only after its destination has accepted it, so it can be accepted twice (the
target skips duplicates) but is never lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.destination import (
    BrokenTargetError,
    Destination,
    NotAcceptedError,
    RejectedEventError,
    UnreachableTargetError,
    retried,
)
from serverless_ops.dead_letters.outcome import FAILED, NOT_HELD, REPLAYED, Outcome, Record
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.replay_rate import RateLimiter
from serverless_ops.dead_letters.selection import Selection
from serverless_ops.interrupts import Interrupts

_BEHIND = "an earlier message of its group stays in the queue"


class ReplayStoppedError(Exception):
    """The target did not accept an event. It and the rest are still in the queue: run it again."""

    def __init__(self, text: str, *, unreachable: bool = False) -> None:
        super().__init__(text)
        self.unreachable = unreachable
        """Whether a new run cannot succeed until something is fixed."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Replays dead letters of one queue. A FIFO group ends with its first one that stays behind."""

    reader: DeadLetterReader
    destination: Destination
    record: Record
    """Called with the outcome of each dead letter, as soon as it is known."""

    rate_limiter: RateLimiter
    sleep: Callable[[float], None] = time.sleep
    interrupts: Interrupts = field(default_factory=Interrupts)

    def run(self, selection: Selection) -> None:
        """Replay the selected dead letters. Raises ReplayStoppedError."""
        for skipped in selection.skipped:
            self.record(skipped)
        blocked = {_group(each.dead_letter) for each in selection.skipped}
        for done, dead_letter in enumerate(selection.chosen):
            if (group := _group(dead_letter)) in blocked and self.reader.is_fifo:
                self._keep(dead_letter, _BEHIND)
                continue
            self.rate_limiter.wait()
            self.reader.keep_hidden()
            if not self.reader.holds(dead_letter):
                self._keep(dead_letter, NOT_HELD)
                blocked.add(group)
                continue
            try:
                retried(partial(self._replay, dead_letter), self.sleep)
            except RejectedEventError as error:
                self._keep(dead_letter, f"target {error}")
                blocked.add(group)
            except NotAcceptedError as error:
                raise ReplayStoppedError(
                    f"replay stopped after {done} of {len(selection.chosen)} dead letters, at "
                    f"{dead_letter.event_id or dead_letter.message_id}: target {error}; run it "
                    "again to continue",
                    unreachable=isinstance(error, BrokenTargetError | UnreachableTargetError),
                ) from error

    def _replay(self, dead_letter: DeadLetter) -> None:
        with self.interrupts.shielded():
            self.destination.send(dead_letter)
            problem = self.reader.try_delete(dead_letter)
            if problem is None:
                self.record(Outcome(dead_letter=dead_letter, outcome=REPLAYED))
                return
            detail = (
                f"accepted, but {problem}; if the message is still there, "
                "a later replay hands it over again, and the target skips the duplicate"
            )
            self._keep(dead_letter, detail)

    def _keep(self, dead_letter: DeadLetter, detail: str) -> None:
        self.record(Outcome(dead_letter=dead_letter, outcome=FAILED, detail=detail))


def _group(dead_letter: DeadLetter) -> str | None:
    return dead_letter.system_attributes.get("MessageGroupId")
