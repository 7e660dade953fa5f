"""Which dead letters a command is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ops.dead_letter import DeadLetter
from serverless_runtime.shared.timestamps import from_text

_AGE = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Filters; a dead letter must pass all of them. An empty one lets everything pass."""

    ids: frozenset[str] = frozenset()
    """Event ids or message ids."""

    types: frozenset[str] = frozenset()
    """Event types."""

    task: str | None = None
    error: str | None = None
    """Part of the error's type or text, in upper or lower case."""

    since: datetime | None = None
    """Failed at this moment or later."""

    until: datetime | None = None
    """Failed before this moment."""

    def includes(self, letter: DeadLetter) -> bool:
        """Whether `letter` passes; an unreadable one has no event type and no task."""
        return all(
            (
                not self.ids or bool(self.ids & {letter.message_id, letter.event_id}),
                not self.types or letter.event_type in self.types,
                self.task is None or letter.task_id == self.task,
                self.error is None or self.error.casefold() in letter.error.casefold(),
                self._in_time(letter),
            )
        )

    def _in_time(self, letter: DeadLetter) -> bool:
        if self.since is None and self.until is None:
            return True
        failed_at = letter.failed_at
        return failed_at is not None and (
            (self.since is None or self.since <= failed_at)
            and (self.until is None or failed_at < self.until)
        )


def read_moment(text: str, now: datetime) -> datetime:
    """An RFC 3339 moment, or an age such as 2h counted back from `now`. Raises ValueError."""
    try:
        if age := _AGE.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return from_text(text.strip())
    except (ValueError, OverflowError):
        raise ValueError(
            "must be an RFC 3339 moment such as 2026-03-01T09:30:00Z, "
            f"or an age such as 90s, 30m, 2h or 7d, got {text!r}"
        ) from None
