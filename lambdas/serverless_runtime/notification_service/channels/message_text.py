"""The text of messages: titles of events, and user input made safe to display."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator

from serverless_runtime.contracts.event_types import EventType

EVENT_TITLES: dict[EventType, str] = {
    "task.created.v1": "Task created",
    "task.completed.v1": "Task completed",
    "task.deleted.v1": "Task deleted",
}

_JOINERS = "\u200c\u200d"  # needed by Persian and Indic words, and by emoji such as families
_DIRECTION_MARKS = "\u200e\u200f\u061c"  # affect their neighbours, never the rest of a line
_TAGS = range(0xE0020, 0xE0080)  # part of the flags of England, Scotland and Wales
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def one_line(text: str) -> str:
    """Return `text` without line breaks, control characters, and what reorders or hides other text.

    Marks that letters and emoji consist of are kept. Direction overrides are not: left open, one
    would reverse the text that follows.
    """
    return " ".join("".join(map(_visible, text)).split())


def lines(text: str) -> list[str]:
    """Return the lines of `text`, each made safe as by `one_line`."""
    return [one_line(line) for line in text.splitlines()]


def _visible(character: str) -> str:
    """The character, a space for a control character, or nothing for a hidden one."""
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cf":
        is_kept = character in _JOINERS + _DIRECTION_MARKS or ord(character) in _TAGS
        return character if is_kept else ""
    # Half of a surrogate pair has no encoding, and a noncharacter no meaning.
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # noqa: PLR2004
    return "" if category == "Cs" or is_noncharacter else character


def shorten(text: str, limit: int, *, size: Callable[[str], int] = len, ellipsis: str = "…") -> str:
    """Return `text` if its `size` is within `limit`, or as much of its start as fits with
    `ellipsis`. What people see as one character is kept or dropped as a whole."""
    if size(text) <= limit:
        return text
    return "".join(_fitting(text, limit - size(ellipsis), size)).rstrip() + ellipsis


def _fitting(text: str, room: int, size: Callable[[str], int]) -> Iterator[str]:
    for cluster in _clusters(text):
        room -= size(cluster)
        if room < 0:
            return
        yield cluster


def _clusters(text: str) -> Iterator[str]:
    """Yield grapheme clusters: https://unicode.org/reports/tr29, without the rules for Hangul
    letters and Indic conjuncts, which read the same when cut."""
    cluster = ""
    for character in text:
        if cluster and not _belongs(character, cluster):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _belongs(character: str, cluster: str) -> bool:
    if unicodedata.category(character).startswith("M") or character in _JOINERS:
        return True
    if ord(character) in _SKIN_TONES or ord(character) in _TAGS:
        return True
    if ord(character) in _FLAG_LETTERS:
        return len(cluster) == 1 and ord(cluster) in _FLAG_LETTERS
    return cluster.endswith("\u200d")


def reference(event_id: str) -> str:
    """Return 1 to 64 letters, digits, hyphens and underscores that identify the event: its id,
    or a hash of it if it contains anything else. Providers allow no more in headers and tags."""
    if _REFERENCE.fullmatch(event_id):
        return event_id
    return hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()
