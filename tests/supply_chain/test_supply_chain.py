from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.audit import Unreachable, verdict
from scripts.make_sbom import write_sbom
from tests.program.programs import ROOT

LOCKS = sorted(
    path.with_suffix(".txt")
    for pattern in ("*.in", "policy/*.in", "benchmarks/bare/*.in")
    for path in ROOT.glob(pattern)
)
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ;.*?)? \\$", re.MULTILINE)


def entries(lock: Path) -> list[str]:
    """The entries of a lock file, each with its continuation lines."""
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_every_entry_of_a_lock_file_is_pinned_with_hashes(lock: Path) -> None:
    for entry in entries(lock):
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_make_lock_makes_every_lock_file() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    (listed,) = re.findall(r"^LOCKED := (.*)$", makefile, re.MULTILINE)
    assert {f"{name}.txt" for name in listed.split()} == {
        str(lock.relative_to(ROOT)) for lock in LOCKS
    }


def test_dependabot_looks_into_every_folder_with_a_lock_file() -> None:
    settings = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
    pip = next(each for each in settings["updates"] if each["package-ecosystem"] == "pip")
    for lock in LOCKS:
        folder = Path("/") / lock.parent.relative_to(ROOT)
        assert any(folder.match(pattern) for pattern in pip["directories"]), folder


@pytest.fixture
def without_a_grammar_of_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds to import, and the validator checks all but addresses without it."""
    (tmp_path / "rfc3987_syntax.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("without_a_grammar_of_addresses")
def test_a_bundles_sbom_names_everything_in_it_with_its_hashes(tmp_path: Path) -> None:
    lock = ROOT / "benchmarks/bare/requirements.txt"
    sbom = json.loads(write_sbom(lock, tmp_path).read_text())

    assert sbom["bomFormat"] == "CycloneDX"
    listed = {(each["name"], each["version"]) for each in sbom["components"]}
    assert listed
    assert listed == set(PIN.findall(lock.read_text()))
    for each in sbom["components"]:
        [reference] = each["externalReferences"]
        assert reference["url"] == f"https://pypi.org/simple/{each['name']}/"
        assert reference["hashes"]


def package(name: str, **found: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", **found}


def test_a_known_vulnerability_is_named_with_what_fixes_it() -> None:
    vulnerability = {"id": "CVE-2026-1", "fix_versions": ["1.1"]}
    found = verdict({"dependencies": [package("a", vulns=[vulnerability]), package("b", vulns=[])]})

    assert found.vulnerable == ["a 1.0: CVE-2026-1, fixed in 1.1"]
    assert found.unknown == []


def test_a_package_that_could_not_be_audited_is_named() -> None:
    found = verdict(
        {"dependencies": [package("a", vulns=[]), package("b", skip_reason="not found")]}
    )
    assert found.unknown == ["b"]


def test_a_report_without_results_does_not_pass() -> None:
    with pytest.raises(Unreachable, match="not found"):
        verdict({"dependencies": [package("a", skip_reason="not found")]})
