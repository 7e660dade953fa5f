"""Decides, before anything is changed, what becomes of every dead letter that matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ops.dead_letter import DeadLetter
from ops.letter_queue import came_after
from ops.selection import Selection
from ops.target import function_name

MAX_REPLAYS = 3


@dataclass(frozen=True, kw_only=True)
class Left:
    """A dead letter that matches and stays in the queue."""

    letter: DeadLetter
    outcome: str
    """ "unreadable" or "refused"."""

    reason: str


@dataclass(kw_only=True)
class Plan:
    """What is to be done, and what is not."""

    chosen: list[DeadLetter] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    unmatched: int = 0
    """Read, but not what was asked for."""

    full: bool = False
    """Whether reading ended because enough was chosen: there may be more that matches."""


@dataclass(frozen=True, kw_only=True)
class ReplayRules:
    """Which events may be handed over again."""

    started_at: datetime
    """When the run began: what came later may be what the run itself has sent."""

    target: str | None = None
    """Only events that failed in this function, by name or ARN; None for any."""

    max_replays: int | None = MAX_REPLAYS
    """An event with this many replays behind it is refused; None for any number."""

    def objection(self, letter: DeadLetter, chosen: dict[str, str]) -> str | None:
        """Why `letter` must not be handed over now; `chosen` are message ids by event."""
        failed_in = letter.record and letter.record.function
        if came_after(letter, self.started_at):
            return "came after this run began; run it again"
        if self.target and failed_in and function_name(failed_in) != function_name(self.target):
            return f"failed in another function, {function_name(failed_in)}; see --any-function"
        if self.max_replays is not None and letter.replays >= self.max_replays:
            return f"replayed {self.max_replays} times or more already; see --force"
        if letter.identity in chosen:
            return "holds an event that this run replays from another message; run it again"
        return None


def plan_replay(
    letters: Iterable[DeadLetter],
    selection: Selection,
    rules: ReplayRules,
    limit: int | None = None,
) -> Plan:
    """Choose what may be replayed, each event once, up to `limit`; no more is read than needed."""
    plan = Plan()
    by_event: dict[str, str] = {}
    for letter in letters:
        if not selection.includes(letter):
            plan.unmatched += 1
        elif letter.record is None:
            plan.left.append(
                Left(letter=letter, outcome="unreadable", reason=letter.problem or "unknown")
            )
        elif objection := rules.objection(letter, by_event):
            plan.left.append(Left(letter=letter, outcome="refused", reason=objection))
        else:
            by_event[letter.identity] = letter.message_id
            plan.chosen.append(letter)
        if limit is not None and len(plan.chosen) >= limit:
            plan.full = True
            break
    return plan


def plan_purge(
    letters: Iterable[DeadLetter],
    selection: Selection,
    started_at: datetime,
    *,
    unreadable: bool,
    limit: int | None = None,
) -> Plan:
    """Choose what may be deleted for good, the unreadable only if told so."""
    plan = Plan()
    for letter in letters:
        if not selection.includes(letter):
            plan.unmatched += 1
        elif came_after(letter, started_at):
            reason = "came after this run began; run it again"
            plan.left.append(Left(letter=letter, outcome="refused", reason=reason))
        elif letter.record is None and not unreadable:
            reason = f"{letter.problem}; see --unreadable"
            plan.left.append(Left(letter=letter, outcome="unreadable", reason=reason))
        else:
            plan.chosen.append(letter)
        if limit is not None and len(plan.chosen) >= limit:
            plan.full = True
            break
    return plan
