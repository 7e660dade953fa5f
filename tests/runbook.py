"""The runbook as tests read it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from string import Template

RUNBOOK = Path(__file__).parents[1] / "docs/runbook.md"

BY_PULUMI = "pulumi up --refresh --stack $STACK"
"""The only command that is no command of ours."""


def sections() -> dict[str, str]:
    """The text of each section by its heading."""
    _, *parts = re.split(r"^## (.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def commands(section: str) -> list[str]:
    """The lines of its fenced blocks, in their order."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", sections()[section], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def words(command: str, **values: str) -> list[str]:
    """What is typed after `python -m ops`. KeyError for a placeholder without a value."""
    filled = shlex.split(Template(command).substitute(values))
    assert filled[:3] == ["python", "-m", "ops"], command
    return filled[3:]
