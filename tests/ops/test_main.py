"""`python -m serverless_ops` in an environment that has only the library."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.program.programs import ROOT


def test_without_its_extra_the_command_says_what_to_install() -> None:
    # -S: no installed packages.
    result = subprocess.run(
        [sys.executable, "-S", "-m", "serverless_ops", "status", "--stack", "dev"],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'lambdas'}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert result.stderr.startswith("Error: click is not installed in ")
    assert "pip install 'pulumi-serverless[ops]'" in result.stderr
    assert "Traceback" not in result.stderr
