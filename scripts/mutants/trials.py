"""Trials of changes in a copy of the working tree, which itself is never changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import coverage

from scripts.mutants.changes import Change

_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", ".local", ".build", "__pycache__", "*_cache", ".hypothesis"
)
_SOURCE_ROOTS = ("", "components", "lambdas")


class Trials:
    """A copy of a tree in which tests run."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.copy = folder / "copy"
        self._modified = 0
        shutil.copytree(root, self.copy, ignore=_NOT_COPIED, symlinks=True)
        for environment in root.glob(".venv*"):
            if environment.is_dir():
                (self.copy / environment.name).symlink_to(environment)
        # The tests' own environment has no coverage: it borrows that of this one.
        self._borrowed = folder / "borrowed"
        self._borrowed.mkdir()
        package = Path(coverage.__file__).parent
        (self._borrowed / package.name).symlink_to(package)

    def fails(self, change: Change, tests: Sequence[str], timeout_seconds: float) -> bool:
        """Whether one of the tests fails with the change, or they do not end."""
        self._write(change.module, change.after)
        try:
            return self.pytest(["-x"], tests, timeout_seconds=timeout_seconds) != 0
        finally:
            self._write(change.module, change.before)

    def pytest(
        self,
        options: Sequence[str],
        tests: Sequence[str],
        *,
        timeout_seconds: float | None = None,
        **environment: str,
    ) -> int | None:
        """Run pytest, and return its exit code; None if it does not end in time."""
        # A command line has a limit.
        listed = self.copy.parent / "tests"
        listed.write_text("\n".join(tests))
        path = os.pathsep.join(str(self.copy / each) for each in _SOURCE_ROOTS)
        pytest = [
            str(self.copy / ".venv/bin/python"),
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        # In a group of its own, so that what a hanging test has started ends with it.
        running = subprocess.Popen(  # noqa: S603 -- no shell, our own arguments
            [*pytest, *options, f"@{listed}"],
            cwd=self.copy,
            env={**os.environ, "PYTHONPATH": f"{path}{os.pathsep}{self._borrowed}", **environment},
            stdout=(self.copy.parent / "output").open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return running.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()

    def output(self) -> str:
        """Return what the last run of pytest has printed."""
        return (self.copy.parent / "output").read_text()

    def _write(self, module: Path, code: str) -> None:
        path = self.copy / module
        path.write_text(code)
        # Python recompiles a module by the second of its change, and trials are faster.
        self._modified += 1
        os.utime(path, (self._modified, self._modified))
