"""The opaque cursor of a list: where the next page goes on, and for which filter."""

from __future__ import annotations

import base64
import binascii
import json
import re

from serverless_runtime.contracts.task import Status
from serverless_runtime.task_service.task_id import is_task_id

_FORMAT = 1
_BASE64_URL = re.compile(r"[A-Za-z0-9_-]{1,256}")


class ForeignCursorError(ValueError):
    """The cursor is not one of ours, or was made for another filter."""


def write_cursor(last_id: str, status: Status | None) -> str:
    """Return a cursor that goes on after `last_id` in the list filtered by `status`."""
    text = json.dumps([_FORMAT, status, last_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, status: Status | None) -> str:
    """Return the task id the cursor goes on after. Raises ForeignCursorError."""
    if not _BASE64_URL.fullmatch(cursor):
        raise ForeignCursorError("is not a cursor this API gave")
    match _decoded(cursor):
        case [int(version), str() | None as made_for, str(last_id)] if (
            version == _FORMAT and is_task_id(last_id)
        ):
            if made_for != status:
                raise ForeignCursorError("belongs to a list with another status filter")
            return last_id
    raise ForeignCursorError("is not a cursor this API gave")


def _decoded(cursor: str) -> object:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except binascii.Error as error:
        raise ForeignCursorError("is not a cursor this API gave") from error
    try:
        decoded: object = json.loads(text)
    except ValueError as error:
        raise ForeignCursorError("is not a cursor this API gave") from error
    return decoded
