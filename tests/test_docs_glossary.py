"""The glossary's terms are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (ROOT / "docs/glossary.md").read_text().splitlines()
    if line.startswith("| ")
][2:]
WORDS = {
    word
    for root in ("components", "lambdas", "serverless_ops", "docs/openapi.yaml", "stack_config.py")
    for path in [ROOT / root, *(ROOT / root).rglob("*.py")]
    if path.is_file()
    for word in re.findall(r"\w+", path.read_text())
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_terms_name_in_code_exists(row: list[str]) -> None:
    for name in re.findall(r"`(\w+)", row[2]):
        if name not in ("docs", "python"):
            assert name in WORDS, name
