"""The documents match the code, where a test can compare them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.emulator.differences import emulator_differences
from local.scenario.curl_lines import curl_lines
from pulumi_serverless.blocks.arguments import annotations_of
from scripts.make_reference import reference
from stack_config import StackConfig
from stack_file import to_camel

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#]+)\)")


def test_every_workaround_is_in_the_conformance_page_and_the_reverse() -> None:
    page = (ROOT / "docs/conformance.md").read_text()
    table = page.split("## Worked around")[1].split("## Not worked around")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]

    assert [tuple(row) for row in rows[2:]] == [tuple(each) for each in emulator_differences()]


def test_the_readme_lists_settings_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    table = readme.split("| setting in `Pulumi.<stack>.yaml`")[1].split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)

    known = {to_camel(name) for name in annotations_of(StackConfig)}
    assert listed
    assert set(listed) <= known


def test_the_readme_shows_the_lines_that_make_up_prints() -> None:
    lines = curl_lines("http://127.0.0.1:4566/_aws/execute-api/0ce34439")
    assert f"```bash\n{lines}```" in (ROOT / "README.md").read_text()


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        for words in re.findall(r"(?:`|^    )make ([a-z0-9 -]+)", document.read_text(), re.M):
            assert set(words.split()) <= targets, f"{document.name}: make {words}"


def test_the_reference_matches_the_docstrings() -> None:
    assert (ROOT / "docs/reference.md").read_text() == reference(), "run `make reference`"


def test_every_threat_names_tests_that_exist() -> None:
    table = (ROOT / "SECURITY.md").read_text().split("## Threats")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.rsplit("| ", 1)[1])
        assert named, f"no test: {row}"
        for file, test in named:
            assert f"def {test}(" in (ROOT / file).read_text(), f"{file}::{test}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text()):
        if "://" not in link:
            assert (document.parent / link.replace("\\_", "_")).exists(), link
