"""Two snapshots compared resource by resource, as a reviewer wants to read it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tests.snapshots.graph_text import Blocks, as_text

MOST_LINES = 120


def difference(kept: Blocks, now: Blocks) -> str:
    """The resources that are gone, new or changed, each with its changed lines; "" if none."""
    lines = list(_lines(kept, now))
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} lines more"]
    return "\n".join(lines)


def _lines(kept: Blocks, now: Blocks) -> Iterator[str]:
    # What is gone comes first: it matters most, and a long text is cut at its end.
    for key in kept:
        if key not in now:
            yield f"- gone: {key}"
    for key in now:
        if key not in kept:
            yield f"+ new: {key}"
            yield from (f"+{line}" for line in as_text({key: now[key]}).splitlines()[1:])
        elif kept[key] != now[key]:
            yield f"  changed: {key}"
            yield from _changed_lines(as_text({key: kept[key]}), as_text({key: now[key]}))


def _changed_lines(kept: str, now: str) -> Iterator[str]:
    diff = difflib.unified_diff(kept.splitlines(), now.splitlines(), lineterm="", n=1)
    return (line for line in diff if not line.startswith(("---", "+++", "@@")))
