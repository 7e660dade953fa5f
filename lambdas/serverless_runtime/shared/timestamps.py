"""Timestamps as RFC 3339 text in UTC with milliseconds, `2026-03-01T09:30:00.000Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Compiled when it is needed: most functions start without.
_RFC_3339 = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def to_text(timestamp: datetime) -> str:
    """Format an aware `timestamp`, truncated to milliseconds."""
    return timestamp.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse an RFC 3339 date-time with its offset, and return it in UTC.

    Raises ValueError if `text` is anything else, has a leap second, or is outside the years 1 to
    9999 in UTC.
    """
    # Python lets an offset have 99 minutes, and from 3.14 on a day end at 24:00.
    if (
        not re.fullmatch(_RFC_3339, text)
        or text[11:13] > "23"
        or (text[-3] == ":" and text[-2:] > "59")
    ):
        raise ValueError("not an RFC 3339 date-time with an offset, such as 2026-03-01T09:30:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999 in UTC") from error


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
