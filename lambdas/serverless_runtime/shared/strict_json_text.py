"""What only some texts of JSON need to be checked for: depth and characters."""

from __future__ import annotations

import functools
import json
import re

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'


def problem_of(text: str, document: object, max_depth: int) -> str | None:
    """Return what is wrong with a text that is known to be JSON, and its value; None if nothing."""
    if _is_deeper(text, max_depth):
        return f"nested more than {max_depth} deep"
    decoded = json.dumps(document, ensure_ascii=False) if "\\u" in text else text
    return no_character_in(decoded)


def no_character_in(text: str) -> str | None:
    """Return what is wrong with a text that has half of a surrogate pair, or a noncharacter."""
    found = _no_character().search(text)
    return f"U+{ord(found[0]):04X} is not a character" if found else None


def _is_deeper(text: str, max_depth: int) -> bool:
    if text.count("[") + text.count("{") <= max_depth:
        return False
    depth = 0
    # Known to be JSON: its strings all end.
    for mark in re.sub(_STRING, "", text, flags=re.DOTALL):
        depth += (mark in "[{") - (mark in "]}")
        if depth > max_depth:
            return True
    return False


@functools.cache
def _no_character() -> re.Pattern[str]:
    """Match half of a surrogate pair, or a noncharacter."""
    ends = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    return re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{ends}]")
