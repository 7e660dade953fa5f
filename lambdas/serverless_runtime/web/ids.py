"""Ids of resources: UUID version 7, which sort by their time of creation."""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime

__all__ = ["is_id", "new_id"]

_CANONICAL = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def new_id(created_at: datetime) -> str:
    """Return an id (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random ones."""
    milliseconds = int(created_at.timestamp() * 1000)
    bits = (milliseconds << 80) | secrets.randbits(80)
    bits = (bits & ~(0xF << 76)) | (7 << 76)  # version
    bits = (bits & ~(0b11 << 62)) | (0b10 << 62)  # variant
    return str(uuid.UUID(int=bits))


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in canonical lower-case form; nothing else is an id."""
    return bool(text and re.fullmatch(_CANONICAL, text))
