"""The opaque cursor of a list: where the next page starts, and for which filters."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping

__all__ = ["read_cursor", "write_cursor"]

_FORMAT = 1
_BASE64_URL = r"[A-Za-z0-9_-]{1,1024}"

Filters = Mapping[str, str | None]


def write_cursor(position: str, filters: Filters) -> str:
    """Return a cursor that continues after `position` in the list with these filters.

    Clients can read it, and change it: `position` is nothing secret, such as the last id.
    """
    text = json.dumps([_FORMAT, dict(filters), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, filters: Filters, is_position: Callable[[str], bool]) -> str:
    """Return the position that the cursor continues after.

    Raises ValueError if it is not from this API, or belongs to other filters.
    """
    match _decoded(cursor):
        case [int(version), dict(filtered_by), str(position)] if (
            version == _FORMAT and filtered_by.keys() == filters.keys() and is_position(position)
        ):
            if others := [name for name in filters if filtered_by[name] != filters[name]]:
                raise ValueError(f"belongs to a list with another {' and '.join(others)} filter")
            return position
    raise ValueError("must be a nextCursor that this API returned, given once")


def _decoded(cursor: str) -> object:
    """Return None for what is no cursor."""
    if not re.fullmatch(_BASE64_URL, cursor):
        return None
    try:
        decoded: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    return decoded
