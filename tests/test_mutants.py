"""`make mutants` sees what tests notice and what they do not, and changes nothing itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answering import ask

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-mutants/bin/python"
SOURCES = "lambdas/serverless_runtime"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="needs .venv-mutants, which `make test` creates"
)

TESTED = "def total(a: int | None, b: int) -> int:\n    return a + b\n"
UNTESTED = "def twice(a: int) -> int:\n    return a * 2\n"
TEST = """\
from serverless_runtime.tested import total
import serverless_runtime.untested

def test_it_adds():
    assert total(2, 3) == 5
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "scripts/mutants", tmp_path / "scripts/mutants", ignore=lambda *_: {"__pycache__"}
    )
    # Its warnings are errors, as are those of the tests that it is made for.
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for environment in (".venv", ".venv-mutants"):
        (tmp_path / environment).symlink_to(ROOT / environment)
    (tmp_path / SOURCES).mkdir(parents=True)
    (tmp_path / SOURCES / "__init__.py").touch()
    (tmp_path / SOURCES / "tested.py").write_text(TESTED)
    (tmp_path / SOURCES / "untested.py").write_text(UNTESTED)
    (tmp_path / "tests/lambdas").mkdir(parents=True)
    (tmp_path / "tests/lambdas/test_it.py").write_text(TEST)
    return tmp_path


def mutants(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own
        [str(PYTHON), "-m", "scripts.mutants", *arguments],
        cwd=project,
        # Importing the plugins takes two thirds of each run of the project's one test.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_change_that_a_test_notices_is_counted(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.glob("*/**/*.py")}

    run = mutants(project, "--count", "2", f"{SOURCES}/tested.py")

    assert "2 of 2 changes were noticed: 100 %" in run.stdout, run.stderr
    assert run.returncode == 0
    assert {path: path.read_bytes() for path in before} == before


def test_a_change_that_no_test_notices_is_shown(project: Path) -> None:
    run = mutants(project, "--count", "1", "--seed", "2", f"{SOURCES}/untested.py")

    assert f"1 SURVIVED {SOURCES}/untested.py" in run.stdout, run.stderr
    assert "-    return a * 2\n+    return a " in run.stdout
    assert "0 of 1 changes were noticed: 0 %" in run.stdout
    assert run.returncode == 1


@pytest.mark.parametrize(
    ("path", "test"),
    [
        (f"{SOURCES}/shared/masking.py", "tests/lambdas/test_runtime_arguments.py"),
        ("components/pulumi_serverless/blocks/aws_limits.py", "tests/components/test_arguments.py"),
    ],
)
def test_tests_that_look_at_every_module_are_tried_although_they_name_none(
    asked: subprocess.Popen[str], path: str, test: str
) -> None:
    assert test in ask(asked, ["tests_of", [path]])
    assert (ROOT / test).exists()


def test_tests_that_fail_with_nothing_changed_are_left_out_and_named(project: Path) -> None:
    test = project / "tests/lambdas/test_it.py"
    test.write_text(f"{TEST}\ndef test_that_fails():\n    assert total(1, 1) == 3\n")

    run = mutants(project, "--count", "1", f"{SOURCES}/tested.py")

    assert "fails with nothing changed: tests/lambdas/test_it.py::test_that_fails" in run.stdout
    assert "1 of 1 changes were noticed" in run.stdout, run.stderr


def test_tests_that_do_not_run_at_all_notice_nothing_and_are_no_result(project: Path) -> None:
    (project / "tests/lambdas/test_it.py").write_text(f"import no_such_module\n{TEST}")

    run = mutants(project, f"{SOURCES}/tested.py")

    assert "the tests do not run with nothing changed" in run.stderr
    assert run.returncode == 1


def test_what_has_no_tests_cannot_be_changed(project: Path) -> None:
    run = mutants(project, "scripts")

    assert "scripts must be a file or folder in lambdas/serverless_runtime, " in run.stderr
    assert run.returncode == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class A(Arguments):\n    def b(self, c: int | None): ...\n", True),
        ("class A(Model):\n    c: int | None = None\n", True),
        ("class A:\n    c = 1 | 2\n", True),
        ("class A:\n    def b(self, c: int | None): ...\n", False),
        ("class A:\n    c: int | None = None\n", False),
        ("class A(Protocol):\n    def b(self, c: int | None): ...\n", False),
        ("class A(ABC):\n    def b(self, c: int | None): ...\n", False),
        ("def b(c: int | None): ...\n", False),
        ("class A(Arguments):\n    def _b(self, c: int | None): ...\n", False),
    ],
)
def test_an_annotation_is_changed_only_where_something_may_read_it(
    asked: subprocess.Popen[str], code: str, *, expected: bool
) -> None:
    assert ask(asked, ["is_noticeable", code, code.replace("|", "%")]) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("(a is None) == (b is None)", "(a is None) is (b is None)", False),
        ("(a is None) == b", "(a is None) != b", True),
        ("a is str", "a == str", False),
        ("a is not str", "a is str", True),
        ("type(a) is type(b)", "type(a) == type(b)", False),
        ("bool(a) == bool(b)", "bool(a) is bool(b)", False),
        ("bool(a) == b", "bool(a) is b", True),
        ("a == True", "a is True", True),
        ("(not a) == (not b)", "(not a) is (not b)", False),
        ("(not a) == b", "(not a) is b", True),
        ("a == b", "a is b", True),
        ("a == 'text'", "a is 'text'", True),
        ("a is None", "a is not None", True),
    ],
)
def test_what_is_equal_only_if_it_is_the_same_is_not_compared_otherwise(
    asked: subprocess.Popen[str], before: str, after: str, *, expected: bool
) -> None:
    assert ask(asked, ["is_noticeable", before, after]) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("def f(a, *, b=1): ...", "def f(a, /, b=1): ...", False),
        ("def f(a, *, b=1): ...", "def f(a, /, b=2): ...", True),
        ("def f(a=1, b=2): ...", "def f(a=1, b=3): ...", True),
        ("def f(a, b): return a * b", "def f(a, b): return a / b", True),
        (
            "class A(Protocol):\n @property\n def b(self): ...",
            "class A(Protocol):\n def b(self): ...",
            False,
        ),
        ("class A:\n @property\n def b(self): ...", "class A:\n def b(self): ...", True),
    ],
)
def test_marks_of_parameters_and_decorators_in_protocols_are_not_changed(
    asked: subprocess.Popen[str], before: str, after: str, *, expected: bool
) -> None:
    assert ask(asked, ["is_noticeable", before, after]) == expected


@pytest.fixture(scope="module")
def asked() -> Iterator[subprocess.Popen[str]]:
    """A process of the environment that has what changes code, for all questions."""
    program = (
        "import json, sys\n"
        "from scripts.mutants.__main__ import tests_of\n"
        "from scripts.mutants.changes import is_noticeable\n"
        "for line in sys.stdin:\n"
        "    name, *arguments = json.loads(line)\n"
        "    print(json.dumps(globals()[name](*arguments)), flush=True)"
    )
    command = [str(PYTHON), "-c", program]
    with subprocess.Popen(  # noqa: S603 -- our own
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
