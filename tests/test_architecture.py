from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_imports_follow_the_architecture() -> None:
    # Its own process: import-linter switches off the loggers of the one it runs in.
    linter = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run(  # noqa: S603 -- no shell, our own arguments
        [linter, "--no-cache"], capture_output=True, text=True, check=False
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr
