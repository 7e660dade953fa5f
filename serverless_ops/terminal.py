"""Output for people: text that is safe on any terminal; wrapped there, but not in a pipe."""

from __future__ import annotations

import re
import sys
import textwrap
from datetime import datetime, timedelta
from itertools import dropwhile

from rich.console import Console

from serverless_runtime.shared.timestamps import to_text

_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_NARROWEST, _UNLIMITED, _HANGING = 20, 1_000_000, 4


def out(*, errors: bool = False) -> Console:
    """Return stdout or stderr. Lines are wrapped on a terminal, but not for other programs."""
    file = sys.stderr if errors else sys.stdout
    console = Console(
        file=file, highlight=False, markup=False, emoji=False, soft_wrap=not file.isatty()
    )
    console.width = max(console.width, _NARROWEST) if file.isatty() else _UNLIMITED
    return console


def show(console: Console, text: str, style: str | None = None) -> None:
    """Print a line; where a terminal wraps it, the rest is indented below its text."""
    lines = [text]
    if not console.soft_wrap:
        label = re.match(r"\S.{0,16}?\s{2,}|\s*", text)
        indent = label.end() if label else 0
        indent += _HANGING if not indent or text[:1].isspace() else 0
        lines = textwrap.wrap(
            text,
            console.width,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
            drop_whitespace=True,
        ) or [""]
    for line in lines:
        console.print(line, style=style)


def plain(text: object) -> str:
    """Escape control characters: untrusted text could move the cursor, or worse."""
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in str(text)
    )


def one_line(text: object) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def counted(count: int, what: str) -> str:
    """Return `1 alarm`, or `2 alarms`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def age(at: datetime | None, now: datetime) -> str:
    """Return how long ago, in the two largest units: `2h 5m`."""
    if at is None:
        return "unknown"
    rest = max(int((now - at) / timedelta(seconds=1)), 0)
    parts = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        parts.append(f"{count}{unit}" if count else "")
    largest = list(dropwhile(lambda part: not part, parts))[:2]
    return " ".join(filter(None, largest)) or "0s"


def timestamp_text(at: datetime | None) -> str | None:
    """Return RFC 3339, or None."""
    return to_text(at) if at else None
