"""The opaque cursor of a list: where the next page starts, and for which filter."""

from __future__ import annotations

import base64
import json
import re

from serverless_runtime.contracts.task import Status
from serverless_runtime.task_service.task_id import is_task_id

_FORMAT = 1
_BASE64_URL = r"[A-Za-z0-9_-]{1,256}"


def write_cursor(last_id: str, status: Status | None) -> str:
    """Return a cursor that continues after `last_id` in the list filtered by `status`."""
    text = json.dumps([_FORMAT, status, last_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, status: Status | None) -> str:
    """Return the task id that the cursor continues after.

    Raises ValueError if it is not from this API, or belongs to another filter.
    """
    match _decoded(cursor):
        case [int(version), str() | None as filtered_by, str(last_id)] if (
            version == _FORMAT and is_task_id(last_id)
        ):
            if filtered_by != status:
                raise ValueError("belongs to a list with another status filter")
            return last_id
    raise ValueError("must be a nextCursor that this API returned, given once")


def _decoded(cursor: str) -> object:
    """Return None for what is no cursor."""
    if not re.fullmatch(_BASE64_URL, cursor):
        return None
    try:
        decoded: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return None
    return decoded
