"""What serves any program names no pattern of this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.instance import ROOT

SHARED = [
    path
    for folder in ("emulator", "engine", "cloudwatch")
    for path in sorted((ROOT / "local" / folder).rglob("*.py"))
]
PATTERN_WORDS = re.compile(r"handoff|hand_off|outbox|task|notification", re.IGNORECASE)


@pytest.mark.parametrize("path", SHARED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_shared_module_names_no_pattern(path: Path) -> None:
    assert PATTERN_WORDS.findall(path.read_text()) == []
