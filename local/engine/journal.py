"""A file of lines `[key, value]`, to which changes are appended: a killed process leaves it whole.

The last line of a key counts, and null says that it is gone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """Return the values by key, the newest last; empty if there is no file."""
    found: dict[str, Any] = {}
    if not path.exists():
        return found
    for text in path.read_text().splitlines(keepends=True):
        # A last line without an end was being written when the process was killed.
        if text.endswith("\n"):
            key, value = json.loads(text)
            found.pop(key, None)
            if value is not None:
                found[key] = value
    return found


def line(key: str, value: Any) -> str:
    """Return the line that gives the key this value."""
    return json.dumps([key, value]) + "\n"
