"""Two programs in one process, each with packages of its own under the same names, stay apart."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from pulumi_serverless import FunctionCode
from pulumi_serverless.testing import AwsMocks, Graph, run_program
from pulumi_serverless.testing.mocks import FUNCTION

PROGRAM = """
import pulumi
from components.names import NAME
from pulumi_serverless import Foundation, FunctionCode, PythonFunction, PythonFunctionArgs

PythonFunction(
    NAME,
    PythonFunctionArgs(
        handler=f"lambdas.{NAME}.handle",
        code=FunctionCode(packages=["lambdas"]),
        foundation=Foundation(alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms"),
    ),
)
pulumi.export("name", NAME)
"""


def a_program(folder: Path, name: str) -> Path:
    for package, module, text in (
        ("components", "names", f"NAME = {name!r}\n"),
        ("lambdas", name, "def handle(event, context):\n    return None\n"),
    ):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
        (folder / package / f"{module}.py").write_text(text)
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


def run_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.chdir(folder)
    return run_program(folder, mocks=AwsMocks())


def test_each_program_runs_its_own_modules_and_packs_its_own_handlers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        folder = a_program(tmp_path / name, name)

        graph = run_in(folder, monkeypatch)

        assert graph.exports["name"] == name
        bundle = folder / graph.named(name, FUNCTION).inputs["code"].path
        with zipfile.ZipFile(bundle) as archive:
            assert f"lambdas/{name}.py" in archive.namelist()


def test_a_program_leaves_what_others_may_use_and_nothing_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_program(tmp_path / "third", "third")
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with (folder / "__main__.py").open("a") as program:
        program.write("import colorsys\n")

    run_in(folder, monkeypatch)

    own = [
        name
        for name, module in sys.modules.items()
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path))
    ]
    assert own == []
    assert "colorsys" in sys.modules


def test_a_text_where_packages_are_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="packages must be a list, got 'lambdas'"):
        FunctionCode(packages="lambdas")
