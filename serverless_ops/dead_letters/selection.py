"""Selects, before anything is changed, what is replayed or purged and what is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.filters import Filters
from serverless_ops.dead_letters.outcome import Outcome

MAX_REPLAYS = 3

_PARKED = (
    "parked, and its message group {group} would wait for it for ever; replay it after the repair, "
    "or, if its work must not be done, remove its parked sequence (show prints it) from the "
    "group's row in the consumer's table …-parked-groups and then replay it: the consumer skips it"
)
_TOO_NEW = "arrived after this run began; run it again"


@dataclass(kw_only=True)
class Selection:
    """What is to be done, and what is not."""

    chosen: list[DeadLetter] = field(default_factory=list)
    skipped: list[Outcome] = field(default_factory=list)
    """What matches and stays in the queue, "unreadable" or "refused"."""

    unmatched: int = 0
    """Read, but excluded by the filters."""

    stopped_at_limit: bool = False
    """Whether reading ended because enough was chosen: more may match."""

    def add(self, other: Selection) -> None:
        """Add what a later round of the same run has selected."""
        self.chosen += other.chosen
        self.skipped += other.skipped
        self.unmatched += other.unmatched
        self.stopped_at_limit |= other.stopped_at_limit


SkipReason = Callable[[DeadLetter], tuple[str, str] | None]
"""Returns the outcome ("unreadable", "refused") and the reason of what is skipped."""


def _now() -> datetime:
    return datetime.now(UTC)


def _skip_none(_: DeadLetter) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class ReplayRules:
    """Which events may be replayed."""

    started_at: datetime = field(default_factory=_now)
    """When the run began: what arrives later may be what the run itself has replayed."""

    destination_skip_reason: Callable[[DeadLetter], str | None] = _skip_none
    """Returns why the destination does not take a dead letter."""

    max_replays: int | None = MAX_REPLAYS
    """An event with this many replays is refused; None for no limit."""

    def skip_reason(self, dead_letter: DeadLetter, chosen: set[str]) -> str | None:
        """Return why `dead_letter` must not be replayed now; `chosen` are events by identity."""
        if dead_letter.arrived_after(self.started_at):
            return _TOO_NEW
        if reason := self.destination_skip_reason(dead_letter):
            return reason
        if self.max_replays is not None and dead_letter.replays >= self.max_replays:
            return f"replayed {self.max_replays} times or more already; see --force"
        if dead_letter.identity in chosen:
            return "contains an event that this run replays from another message; run it again"
        return None


def select_for_replay(
    dead_letters: Iterable[DeadLetter],
    rules: ReplayRules,
    filters: Filters | None = None,
    limit: int | None = None,
) -> Selection:
    """Choose what may be replayed, each event once, up to `limit`; read no more than needed."""
    chosen: set[str] = set()

    def skip(dead_letter: DeadLetter) -> tuple[str, str] | None:
        if dead_letter.record is None:
            return "unreadable", dead_letter.problem or "unknown"
        if reason := rules.skip_reason(dead_letter, chosen):
            return "refused", reason
        chosen.add(dead_letter.identity)
        return None

    return _select(dead_letters, (filters or Filters()).matches, skip, limit)


def select_for_purge(
    dead_letters: Iterable[DeadLetter],
    filters: Filters,
    started_at: datetime,
    *,
    unreadable: bool,
    limit: int | None = None,
) -> Selection:
    """Choose what may be deleted: what is readable, or if `unreadable` only what is not; nothing
    that its consumer waits for."""

    def skip(dead_letter: DeadLetter) -> tuple[str, str] | None:
        if dead_letter.arrived_after(started_at):
            return "refused", _TOO_NEW
        if dead_letter.parked_sequence is not None:
            return "refused", _PARKED.format(group=dead_letter.message_group)
        if dead_letter.record is None and not unreadable:
            return "unreadable", f"{dead_letter.problem}; see --unreadable"
        return None

    def matches(dead_letter: DeadLetter) -> bool:
        return filters.matches(dead_letter) and not (unreadable and dead_letter.record)

    return _select(dead_letters, matches, skip, limit)


def _select(
    dead_letters: Iterable[DeadLetter],
    matches: Callable[[DeadLetter], bool],
    skip: SkipReason,
    limit: int | None,
) -> Selection:
    selection = Selection()
    for each in dead_letters:
        if not matches(each):
            selection.unmatched += 1
        elif skipped := skip(each):
            outcome, reason = skipped
            selection.skipped.append(Outcome(dead_letter=each, outcome=outcome, detail=reason))
        else:
            selection.chosen.append(each)
        if limit is not None and len(selection.chosen) >= limit:
            selection.stopped_at_limit = True
            break
    return selection
