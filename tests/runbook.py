"""The runbook as tests read it: one page per alarm under docs/runbooks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

RUNBOOKS = Path(__file__).parents[1] / "docs/runbooks"
INDEX = RUNBOOKS / "README.md"

LOOK, DO, RESOLVED = "Where to look", "What to do", "Resolved when"
SECTIONS = ("What it means", "Impact", LOOK, DO, RESOLVED)

_COMMANDS = (
    ["python", "-m", "serverless_ops"],
    ["pulumi", "config", "set"],
    ["pulumi", "up", "--refresh"],
)


@dataclass(frozen=True)
class Page:
    """The page of one alarm."""

    title: str
    text: str

    @property
    def sections(self) -> dict[str, str]:
        """The text of each section by its heading, in order."""
        _, *found = re.split(r"^## (.+)$", self.text, flags=re.MULTILINE)
        return dict(zip(found[::2], found[1::2], strict=True))

    @property
    def commands(self) -> list[str]:
        """The commands of the page, in order."""
        return _commands(self.text)


def alarm_ids() -> list[str]:
    """The alarms that have a page."""
    return sorted(path.stem for path in RUNBOOKS.glob("*.md") if path != INDEX)


def page(alarm_id: str) -> Page:
    """Return the page of an alarm."""
    title, _, text = (RUNBOOKS / f"{alarm_id}.md").read_text().partition("\n")
    return Page(title=title.removeprefix("# "), text=text)


def commands(alarm_id: str, section: str | None = None) -> list[str]:
    """Return the commands of an alarm's page, or of one section of it, in order."""
    found = page(alarm_id)
    return found.commands if section is None else _commands(found.sections[section])


def placeholders(command: str) -> set[str]:
    """Return the variables of a command, e.g. STACK."""
    return set(Template(command).get_identifiers())


def words(command: str, values: Mapping[str, str]) -> list[str]:
    """Return the command's arguments. KeyError for a placeholder without a value."""
    filled = shlex.split(Template(command).substitute(values))
    assert filled[:3] in _COMMANDS, command
    return filled


def _commands(text: str) -> list[str]:
    blocks = re.findall(r"^ *```bash\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]
