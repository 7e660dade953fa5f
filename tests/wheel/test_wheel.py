"""The library as a program gets it that installs the wheel beside packages of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.program.programs import EXAMPLES, ROOT
from tests.wheel.installed_wheel import Elsewhere, copy_sources


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

    sources = {source.split("/", 1)[1] for source in in_git("components", "lambdas")}
    assert held == sources | in_git("serverless_ops")
    assert {"pulumi_serverless/py.typed", "serverless_runtime/py.typed"} <= held


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
import gc, json, pathlib
gc.disable()
from pulumi_serverless.testing import AwsMocks, run_program

config = {"pulumi-serverless:bundleFor": "host"}
graph = run_program(
    pathlib.Path.cwd(), project="elsewhere", stack="dev", config=config, mocks=AwsMocks()
)
functions = graph.of_type("aws:lambda/function:Function")
code = {function.inputs["handler"]: function.inputs["code"].path for function in functions}
print(json.dumps({"exports": sorted(graph.exports), "code": code}))
"""


def test_a_program_declares_its_own_components_and_those_of_the_library(there: Elsewhere) -> None:
    declared = there.run(DECLARE)

    assert declared["exports"] == ["apiUrl", "operations", "receiptsTableName", "takeOrder"]
    for handler, bundle in declared["code"].items():
        with zipfile.ZipFile(there.folder / bundle) as archive:
            held = set(archive.namelist())
        assert f"{handler.rsplit('.', 1)[0].replace('.', '/')}.py" in held
        assert "serverless_runtime/shared/aws/__init__.py" in held
    own = [handler for handler in declared["code"] if handler.startswith("lambdas.")]
    assert sorted(own) == ["lambdas.print_receipt.handle", "lambdas.take_order.handle"]


@pytest.fixture
def python_of_a_lasting_name(there: Elsewhere) -> Iterator[Path]:
    """What mypy remembers, it remembers by path: under another one it reads 3,000 modules again."""
    environment = ROOT / ".build" / "wheel-environment"
    environment.parent.mkdir(exist_ok=True)
    environment.unlink(missing_ok=True)
    environment.symlink_to(there.python.parents[1])
    yield environment / "bin" / "python"
    environment.unlink(missing_ok=True)


def test_a_program_passes_a_strict_type_check(
    there: Elsewhere, python_of_a_lasting_name: Path
) -> None:
    checked = subprocess.run(  # noqa: S603 -- our own interpreter and arguments
        [
            *(sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases"),
            # Not the repository's cache: each of two configurations discards the other's.
            *("--python-executable", python_of_a_lasting_name),
            *("--cache-dir", ROOT / ".build" / "mypy"),
            *("__main__.py", "components", "lambdas"),
        ],
        cwd=there.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], str]:
    """What pip would install, once for all programs that are at one depth and say the same."""

    @cache
    def of_programs_in(parent: Path, requirements: str) -> str:
        folder = copy_sources(tmp_path_factory.mktemp("repository")) / parent / "program"
        folder.mkdir(parents=True)
        (folder / "requirements.txt").write_text(requirements)
        # Without the network: the library's own requirements are left out.
        done = subprocess.run(  # noqa: S603 -- our own interpreter and arguments
            [
                *(sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps"),
                *("--no-build-isolation", "--requirement", "requirements.txt"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return of_programs_in


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_installs_the_library_as_pulumi_install_does(
    example: Path, installed: Callable[[Path, str], str]
) -> None:
    project = yaml.safe_load((example / "Pulumi.yaml").read_text())
    requirements = (example / "requirements.txt").read_text()

    assert project["runtime"]["options"] == {"toolchain": "pip", "virtualenv": ".venv"}
    printed = installed(example.parent.relative_to(ROOT), requirements)
    assert re.search(r"^Would install pulumi-serverless-\d", printed, re.M), printed


def test_ops_reads_a_stacks_outputs_from_stdin_in_any_folder(
    there: Elsewhere, tmp_path: Path
) -> None:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and arguments
        [
            there.python,
            "-m",
            "serverless_ops",
            "dead-letters",
            "list",
            "--outputs",
            "-",
            "--region",
            "us-east-1",
        ],
        cwd=tmp_path,
        env={"PATH": ""},
        input='{"operations": {"deadLetters": {}}}',
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "stack stdin has no dead-letter queue" in done.stderr
