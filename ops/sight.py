"""What people get to see: text that is safe on any terminal, and dead letters in groups."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console

from ops.dead_letter import DeadLetter
from serverless_runtime.shared.timestamps import to_text

_SHAPES = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "<address>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"), "<id>"),
    (re.compile(r"(?<![\w.-])\d+(\.\d+)?(?=$|[^\w])"), "<n>"),
)
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_NARROWEST = 20
# The text may be 200 KB; show has all of it.
_LONGEST_SHAPE = 500


def out(*, errors: bool = False) -> Console:
    """Stdout or stderr. Lines are wrapped on a terminal and left whole for other programs."""
    file = sys.stderr if errors else sys.stdout
    console = Console(
        file=file, highlight=False, markup=False, emoji=False, soft_wrap=not file.isatty()
    )
    console.width = max(console.width, _NARROWEST)
    return console


def plain(text: object) -> str:
    """Make text of others harmless: it may hold what moves a terminal's cursor or worse."""
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in str(text)
    )


def one_line(text: object) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def age(moment: datetime | None, now: datetime) -> str:
    """How long ago, in the two largest units: `2h 5m`."""
    if moment is None:
        return "unknown"
    rest = max(int((now - moment) / timedelta(seconds=1)), 0)
    parts = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        parts.append(f"{count}{unit}" if count else "")
    first = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
    return " ".join(filter(None, parts[first : first + 2])) or "0s"


def shape(error: str) -> str:
    """An error without what differs between two of its kind: ids, numbers, addresses, times."""
    if len(error) > _LONGEST_SHAPE:
        error = f"{error[:_LONGEST_SHAPE]} …"
    for pattern, name in _SHAPES:
        error = pattern.sub(name, error)
    return one_line(error)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Dead letters with the same error."""

    error: str
    letters: list[DeadLetter]

    @property
    def oldest_at(self) -> datetime | None:
        """When the first of them failed."""
        return min(filter(None, (letter.failed_at for letter in self.letters)), default=None)

    @property
    def types(self) -> Counter[str]:
        """How many there are of each event type."""
        return Counter(letter.event_type or "no event type" for letter in self.letters)

    def as_json(self) -> dict[str, Any]:
        """For `list --json`."""
        return {
            "error": self.error,
            "count": len(self.letters),
            "oldest_at": moment_text(self.oldest_at),
            "event_types": dict(self.types),
        }


def grouped(letters: Iterable[DeadLetter]) -> list[Group]:
    """Groups by the shape of the error, the largest first."""
    groups: dict[str, Group] = {}
    for letter in letters:
        error = shape(letter.error)
        groups.setdefault(error, Group(error=error, letters=[])).letters.append(letter)
    return sorted(groups.values(), key=lambda group: (-len(group.letters), group.error))


def moment_text(moment: datetime | None) -> str | None:
    """RFC 3339, or None."""
    return to_text(moment) if moment else None


def facts(letter: DeadLetter) -> dict[str, Any]:
    """What is known of a dead letter, without its payload."""
    record = letter.record
    return {
        "message_id": letter.message_id,
        "event_id": letter.event_id,
        "type": letter.event_type,
        "task_id": letter.task_id,
        "readable": record is not None,
        "error": letter.error,
        "error_code": record and record.error_code,
        "condition": record and record.condition,
        "attempts": record and record.attempts,
        "replays": letter.replays if letter.is_cloud_event else None,
        "function": record and record.function,
        "request_id": record and record.request_id,
        "failed_at": moment_text(letter.failed_at),
        "sent_at": moment_text(letter.sent_at),
        "receives": letter.receives,
    }
