"""Every example's own tests, run by the command in its README."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.local_command import local
from tests.program.programs import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda folder: str(folder.name))
def test_an_examples_tests_pass(example: Path) -> None:
    # The environment of these tests has what the example's own would be made of.
    done = local("test", str(example), "--python", sys.executable)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
