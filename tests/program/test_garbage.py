from __future__ import annotations

import subprocess
import sys

from tests.program.programs import ROOT

PROGRAM = """
import atexit, gc, garbage
atexit.register(lambda: print(gc.get_freeze_count() > 0))
garbage.leave_garbage()
"""


def test_at_its_end_a_program_looks_through_nothing() -> None:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True"]
