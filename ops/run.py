"""Carries a plan out: replays or deletes one dead letter after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from ops.dead_letter import DeadLetter
from ops.interrupts import Interrupts
from ops.letter_queue import LetterQueue
from ops.plan import Plan
from ops.target import (
    BrokenTargetError,
    NotAcceptedError,
    RefusedEventError,
    Target,
    UnreachableTargetError,
    hand_over_patiently,
)

REPLAYED, PURGED, FAILED = "replayed", "purged", "failed"

_NOT_HELD = (
    "no longer ours: somebody else has taken or deleted it, or it was kept too long; run it again"
)


class ReplayStoppedError(Exception):
    """The target did not accept an event. It and the rest are still in the queue: run it again."""

    def __init__(self, text: str, *, out_of_reach: bool = False) -> None:
        super().__init__(text)
        self.out_of_reach = out_of_reach
        """Whether running it again cannot help until somebody mends something."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one dead letter."""

    letter: DeadLetter
    outcome: str
    detail: str | None = None


Note = Callable[[Outcome], None]


class Pace:
    """Lets `wait` return so many times a second at most."""

    def __init__(
        self, per_second: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def wait(self) -> None:
        """Return when it is time for the next one."""
        while (early := self._next - self._clock()) > 0:
            self._sleep(early)
        self._next = max(self._next, self._clock() - self._interval) + self._interval


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Hands events over. A message is deleted only after Lambda has accepted its event."""

    queue: LetterQueue
    target: Target
    pace: Pace
    sleep: Callable[[float], None]
    interrupts: Interrupts
    note: Note
    """Told of every dead letter, as soon as its outcome is known."""

    def run(self, plan: Plan) -> None:
        """Replay what the plan has chosen. Raises ReplayStoppedError."""
        _note_left(plan, self.note)
        for handled, letter in enumerate(plan.chosen):
            self.pace.wait()
            self.queue.keep_hidden()
            if not self.queue.holds(letter):
                self.note(Outcome(letter=letter, outcome=FAILED, detail=_NOT_HELD))
                continue
            try:
                hand_over_patiently(partial(self._hand_over, letter), self.sleep)
            except RefusedEventError as error:
                self.note(Outcome(letter=letter, outcome=FAILED, detail=f"target {error}"))
            except NotAcceptedError as error:
                raise ReplayStoppedError(
                    f"replay stopped after {handled} of {len(plan.chosen)} dead letters: "
                    f"target {error}; run it again to continue",
                    out_of_reach=isinstance(error, BrokenTargetError | UnreachableTargetError),
                ) from error

    def _hand_over(self, letter: DeadLetter) -> None:
        with self.interrupts.shielded():
            self.target.hand_over(letter.payload())
            problem = _delete(self.queue, letter)
            if problem is None:
                self.note(Outcome(letter=letter, outcome=REPLAYED))
                return
            detail = (
                f"handed over, but the message could not be deleted: {problem}; "
                "a later replay hands it over again and the target skips the duplicate"
            )
            self.note(Outcome(letter=letter, outcome=FAILED, detail=detail))


def purge(plan: Plan, queue: LetterQueue, *, interrupts: Interrupts, note: Note) -> None:
    """Delete for good what the plan has chosen."""
    _note_left(plan, note)
    for letter in plan.chosen:
        queue.keep_hidden()
        with interrupts.shielded():
            if not queue.holds(letter):
                note(Outcome(letter=letter, outcome=FAILED, detail=_NOT_HELD))
            elif problem := _delete(queue, letter):
                note(Outcome(letter=letter, outcome=FAILED, detail=problem))
            else:
                note(Outcome(letter=letter, outcome=PURGED))


def _delete(queue: LetterQueue, letter: DeadLetter) -> str | None:
    try:
        queue.delete(letter)
    except (ClientError, BotoCoreError) as error:
        return str(error)
    return None


def _note_left(plan: Plan, note: Note) -> None:
    for left in plan.left:
        note(Outcome(letter=left.letter, outcome=left.outcome, detail=left.reason))
