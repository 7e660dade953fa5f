"""Timestamps as RFC 3339 text in UTC with milliseconds, `2026-03-01T09:30:00.000Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def to_text(timestamp: datetime) -> str:
    """Format an aware `timestamp`, truncated to milliseconds."""
    return timestamp.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse an RFC 3339 date-time with its offset, and return it in UTC.

    Raises ValueError if `text` is anything else, has a leap second, or is outside the years 1 to
    9999 in UTC.
    """
    if not _RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 date-time with an offset, such as 2026-03-01T09:30:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999 in UTC") from error


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
