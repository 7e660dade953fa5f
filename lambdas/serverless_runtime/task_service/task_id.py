"""Task ids: UUID version 7, which sort by the moment they were made."""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_task_id(moment: datetime) -> str:
    """Make an id (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random ones."""
    milliseconds = int(moment.timestamp() * 1000)
    bits = (milliseconds << 80) | secrets.randbits(80)
    bits = (bits & ~(0xF << 76)) | (7 << 76)  # version
    bits = (bits & ~(0b11 << 62)) | (0b10 << 62)  # variant
    return str(uuid.UUID(int=bits))


def is_task_id(text: str) -> bool:
    """Whether `text` is a UUID in canonical lower-case form; nothing else can be a task's id."""
    return bool(_CANONICAL.fullmatch(text))
