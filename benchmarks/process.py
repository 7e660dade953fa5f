"""A fresh Python that sees one function's code and the standard library, and its cost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_INSTRUCTIONS = re.compile(r"I\s+refs:\s+([\d,]+)")


class ValgrindMissingError(Exception):
    """Instructions cannot be counted here."""

    def __init__(self) -> None:
        super().__init__(
            "valgrind, which counts instructions, is not installed: "
            "`apt-get install valgrind` (as root), `dnf install valgrind` or the like"
        )


def has_valgrind() -> bool:
    return shutil.which("valgrind") is not None


def python(folder: Path | None, statement: str) -> list[str]:
    """Return the command line that runs `statement` with only `folder` to import from."""
    path = f"import sys; sys.path.insert(0, {str(folder)!r})\n" if folder else ""
    # -B: like /var/task, the folder is not written to.
    return [sys.executable, "-S", "-s", "-P", "-B", "-c", path + statement]


def run(command: list[str], environment: Mapping[str, str]) -> str:
    """Run to the end and return what it printed. Raises RuntimeError with its errors."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        command,
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a benchmark's process failed:\n{done.stderr[-3000:]}")
    return done.stdout


def instructions(command: list[str], environment: Mapping[str, str]) -> int:
    """Return how many instructions the process executes in user space.

    It repeats to a thousandth, on a busy machine too. Raises ValgrindMissingError.
    """
    if not has_valgrind():
        raise ValgrindMissingError
    with tempfile.NamedTemporaryFile(prefix="valgrind-", suffix=".txt") as log:
        run(
            [
                *("valgrind", "--tool=cachegrind", "--cache-sim=no"),
                *("--cachegrind-out-file=/dev/null", f"--log-file={log.name}"),
                *command,
            ],
            environment,
        )
        text = Path(log.name).read_text()
    found = _INSTRUCTIONS.search(text)
    if found is None:
        raise RuntimeError(f"valgrind said nothing of instructions:\n{text[-2000:]}")
    return int(found.group(1).replace(",", ""))
