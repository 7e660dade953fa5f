"""What somebody gets who installs this repository into a program of their own."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

from tests.program.programs import ROOT
from tests.wheel.elsewhere import Elsewhere


def in_git(*folders: str) -> set[str]:
    listed = subprocess.run(  # noqa: S603 -- our own arguments
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line for line in listed.stdout.splitlines() if not line.endswith(".in")}


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    sources = in_git("components", "lambdas")
    assert held == {source.split("/", 1)[1] for source in sources}
    assert {"pulumi_serverless/py.typed", "serverless_runtime/py.typed"} <= held
    assert "serverless_runtime/notification_service/requirements.txt" in held


def test_the_version_is_semantic_and_the_changelog_knows_it(wheel: Path) -> None:
    version = wheel.name.split("-")[1]

    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.M)


def test_the_components_come_from_the_wheel(there: Elsewhere) -> None:
    found = there.run(
        "import pulumi_serverless, json; print(json.dumps(pulumi_serverless.__file__))"
    )

    assert Path(found).is_relative_to(there.python.parents[1])


DECLARE = """
import json, pathlib, sys
from pulumi.runtime import Mocks
from pulumi_serverless.testing.program import run_program

class Made(Mocks):
    def new_resource(self, args):
        made = {"arn": "arn:" + args.name, "name": args.name, "url": "https://" + args.name,
                "apiEndpoint": "https://api", "executionArn": "arn:api"}
        return args.name, {**made, **args.inputs}
    def call(self, args):
        return {"accountId": "123456789012"}

graph = run_program(pathlib.Path.cwd(), project="elsewhere", stack="dev", mocks=Made())
code = [function.inputs["code"].path for function in graph.of_type("aws:lambda/function:Function")]
print(json.dumps({"exports": graph.exports, "code": sorted(set(code))}))
"""


def test_a_program_in_another_folder_declares_the_three_components(there: Elsewhere) -> None:
    declared = there.run(DECLARE)

    assert declared["exports"] == {"apiUrl": "https://api"}
    assert len(declared["code"]) == 3
    for bundle in declared["code"]:
        with zipfile.ZipFile(there.folder / bundle) as archive:
            assert "serverless_runtime/shared/aws/__init__.py" in archive.namelist()
