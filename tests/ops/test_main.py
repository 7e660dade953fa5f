"""`python -m serverless_ops` in an environment that has only the library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.program.programs import ROOT


def _run(*path: Path) -> CompletedProcess[str]:
    # -S: no installed packages.
    return subprocess.run(
        [sys.executable, "-S", "-m", "serverless_ops", "status", "--stack", "dev"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT)))},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_its_extra_the_command_says_what_to_install() -> None:
    result = _run(ROOT / "lambdas")

    assert result.returncode == 2
    assert result.stderr.startswith("Error: click is not installed in ")
    assert "pip install 'pulumi-serverless[ops]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("raised", "exit_code", "last"),
    [
        ("KeyboardInterrupt", 130, "Interrupted; nothing was changed."),
        (
            "ModuleNotFoundError('no x', name='serverless_x')",
            1,
            "ModuleNotFoundError: no x",
        ),
        ("ModuleNotFoundError('odd')", 1, "ModuleNotFoundError: odd"),
    ],
)
def test_what_ends_the_start_is_told_and_a_mistake_is_not_hidden(
    tmp_path: Path, raised: str, exit_code: int, last: str
) -> None:
    (tmp_path / "click.py").write_text(f"raise {raised}")

    result = _run(tmp_path)

    assert (result.returncode, result.stdout) == (exit_code, "")
    assert result.stderr.splitlines()[-1] == last
    assert ("Traceback" in result.stderr) is (exit_code == 1)


def test_text_that_a_terminal_cannot_show_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("import sys; print('é'); sys.exit('…')")

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONIOENCODING", "ascii")
        result = _run(tmp_path)

    assert (result.stdout, result.stderr) == ("\\xe9\n", "\\u2026\n")
