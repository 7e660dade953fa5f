"""The runbook as tests read it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Template

RUNBOOK = Path(__file__).parents[1] / "docs/runbook.md"

LOOK, DO, OVER = "Look here", "Do this", "It is over when"
PARTS = ("It means", "People notice", LOOK, DO, OVER)

PLACEHOLDERS = (
    *("STACK", "EVENT_ID", "CORRELATION_ID", "CHANNEL", "FILE"),
    *("CONCURRENCY", "MEMORY_MB", "REQUESTS"),
)
"""What stands for something in a command."""

_TYPED = (
    ["python", "-m", "ops"],
    ["pulumi", "config", "set"],
    ["pulumi", "up", "--refresh"],
)


def sections() -> dict[str, str]:
    """The text of each section by its heading."""
    _, *parts = re.split(r"^## (.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def parts(section: str) -> dict[str, str]:
    """The text of each part of a section by its name, in their order."""
    _, *found = re.split(r"^\*\*(.+?)\*\*", sections()[section], flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


def commands(section: str, part: str | None = None) -> list[str]:
    """The lines of the fenced blocks of a section, or of one part of it, in their order."""
    text = sections()[section] if part is None else parts(section)[part]
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def words(command: str, values: Mapping[str, str]) -> list[str]:
    """What is typed. KeyError for a placeholder without a value."""
    filled = shlex.split(Template(command).substitute(values))
    assert filled[:3] in _TYPED, command
    return filled
