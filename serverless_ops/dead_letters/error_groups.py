"""Groups dead letters by error, and describes one without its payload."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.terminal import one_line, timestamp_text

_PLACEHOLDERS = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "<address>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"), "<id>"),
    (re.compile(r"(?<![\w.-])\d+(\.\d+)?(?=$|[^\w])"), "<n>"),
)
# The text may be 200 KB; `show` prints all of it.
_MAX_PATTERN_LENGTH = 500


def error_pattern(error: str) -> str:
    """Return the error with placeholders for ids, numbers, addresses and times."""
    if len(error) > _MAX_PATTERN_LENGTH:
        error = f"{error[:_MAX_PATTERN_LENGTH]} …"
    for pattern, name in _PLACEHOLDERS:
        error = pattern.sub(name, error)
    return one_line(error)


@dataclass(frozen=True, kw_only=True)
class ErrorGroup:
    """Dead letters with the same error."""

    error: str
    dead_letters: list[DeadLetter]

    @property
    def oldest_at(self) -> datetime | None:
        """When the first of them failed."""
        return min(filter(None, (each.failed_at for each in self.dead_letters)), default=None)

    @property
    def types(self) -> Counter[str]:
        """How many there are of each event type."""
        return Counter(each.event_type or "no event type" for each in self.dead_letters)

    @property
    def parked(self) -> Counter[str]:
        """How many of each message group its consumer has parked."""
        parked = (each for each in self.dead_letters if each.parked_sequence is not None)
        return Counter(str(each.message_group) for each in parked)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "error": self.error,
            "count": len(self.dead_letters),
            "oldest_at": timestamp_text(self.oldest_at),
            "event_types": dict(self.types),
        }


def group_by_error(dead_letters: Iterable[DeadLetter]) -> list[ErrorGroup]:
    """Return the groups, the largest first."""
    groups: dict[str, ErrorGroup] = {}
    for each in dead_letters:
        error = error_pattern(each.error)
        groups.setdefault(error, ErrorGroup(error=error, dead_letters=[])).dead_letters.append(each)
    return sorted(groups.values(), key=lambda group: (-len(group.dead_letters), group.error))


def counts_text(counts: Counter[str]) -> str:
    """Return `paid 20, sent 3`."""
    return ", ".join(f"{one_line(name)} {count}" for name, count in counts.most_common())


def describe(dead_letter: DeadLetter) -> dict[str, Any]:
    """Return what is known about a dead letter, without its payload."""
    record = dead_letter.record
    return {
        "message_id": dead_letter.message_id,
        "event_id": dead_letter.event_id,
        "type": dead_letter.event_type,
        "subject": dead_letter.subject,
        "readable": record is not None,
        "error": dead_letter.error,
        "error_code": record and record.error_code,
        "condition": record and record.condition,
        "attempts": record and record.attempts,
        "replays": dead_letter.replays if dead_letter.counts_replays else None,
        "function": record and record.function,
        "request_id": record and record.request_id,
        "source": record and record.source_arn,
        "target": record and record.target_arn,
        "message_group": dead_letter.message_group,
        "parked_sequence": dead_letter.parked_sequence,
        # SQS does not say when it moved a message.
        "failed_at": None if record and record.moved else timestamp_text(dead_letter.failed_at),
        "sent_at": timestamp_text(dead_letter.sent_at),
        "receives": dead_letter.receives,
    }
