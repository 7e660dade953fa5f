"""Properties of the workflows that no linter checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.changed_stacks import stacks, touched
from tests.program.programs import ROOT, STACKS

GITHUB = ROOT / ".github"
FILES = sorted([*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")])


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in GITHUB.glob("workflows/*.yml"):
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            yield f"{path.stem}/{name}", job


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_action_is_pinned_by_a_commit_with_its_version(path: Path) -> None:
    for line in path.read_text().splitlines():
        if "uses:" in line and "uses: ./" not in line:
            assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_every_job_with_access_to_aws_is_bound_to_an_environment() -> None:
    reaching = {name: job for name, job in jobs() if "id-token" in job.get("permissions", {})}

    assert set(reaching) == {"preview/preview", "deploy/dev", "deploy/prod", "drift/drift"}
    assert {job["environment"] for job in reaching.values()} == {
        *("preview-${{ matrix.stack }}", "dev", "prod"),
    }


def test_a_forks_pull_request_reaches_no_environment() -> None:
    preview = dict(jobs())
    own = "github.event.pull_request.head.repo.full_name == github.repository"

    assert preview["preview/stacks"]["if"] == own
    assert preview["preview/preview"]["needs"] == "stacks"
    for path in GITHUB.glob("workflows/*.yml"):
        assert not re.search("pull_request_target|workflow_run", path.read_text()), path.name


def test_production_follows_dev_and_dev_follows_the_checks() -> None:
    found = dict(jobs())
    assert "checks" in found["deploy/dev"]["needs"]
    assert "dev" in found["deploy/prod"]["needs"]


def test_the_workflows_run_the_pulumi_that_the_program_is_tested_with() -> None:
    action = (GITHUB / "actions/pulumi/action.yml").read_text()
    assert f"pulumi-version: {version('pulumi')}\n" in action


def test_every_stack_in_aws_is_previewed_and_the_local_one_is_not() -> None:
    assert set(stacks()) == set(STACKS) - {"local"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["components/pulumi_serverless/blocks/table.py"], ["dev", "prod"]),
        (["requirements.txt"], ["dev", "prod"]),
        (["Pulumi.yaml"], ["dev", "prod"]),
        (["policy/serverless_policy/rule.py", "README.md"], ["dev", "prod"]),
        (["Pulumi.dev.yaml"], ["dev"]),
        (["policy/prod.json"], ["prod"]),
        (["Pulumi.local.yaml"], []),
        (["README.md", "docs/glossary.md", "tests/mocks.py", ".github/dependabot.yml"], []),
        ([], []),
    ],
)
def test_a_change_is_previewed_where_it_matters(files: list[str], expected: list[str]) -> None:
    assert touched(files, ["dev", "prod"]) == expected
