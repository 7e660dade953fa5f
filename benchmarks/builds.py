"""How long bundles and `make up` take the first time and the second."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.subjects import ROOT, SUBJECTS
from local.emulator.start import free_port
from pulumi_serverless.blocks.bundle import FunctionCode, build_bundle
from pulumi_serverless.blocks.dependencies import lambda_target

_EMULATOR_VENV = ".venv-emulator"


@dataclass(frozen=True)
class BuildTime:
    """Medians of some rounds."""

    name: str
    cold_seconds: float
    warm_seconds: float
    ratio: float
    """Median of the rounds' ratios, warm to cold."""


def bundle_times(rounds: int) -> list[BuildTime]:
    """Time each zip's build with an empty build folder, and again with what that left."""
    named: dict[FunctionCode, str] = {}
    for subject in SUBJECTS:
        if subject.code is not None:
            named.setdefault(subject.code, subject.name)
    return [
        of_rounds(f"bundle of {name}", [_bundle_round(code) for _ in range(rounds)])
        for code, name in named.items()
    ]


def up_times(rounds: int) -> BuildTime:
    """Time `make up` in copies of the program that have built nothing yet, and again.

    What `make` itself does before, checking that the virtual environments are there, is left out.
    """
    return of_rounds("make up", [_up_round() for _ in range(rounds)])


def of_rounds(name: str, rounds: Sequence[tuple[float, float]]) -> BuildTime:
    """Sum up rounds of cold and warm seconds."""
    return BuildTime(
        name,
        statistics.median(cold for cold, _ in rounds),
        statistics.median(warm for _, warm in rounds),
        statistics.median(warm / cold for cold, warm in rounds),
    )


@contextmanager
def fresh_copy(root: Path = ROOT) -> Iterator[Path]:
    """A copy of the program without anything built; the emulator is the original's."""
    with tempfile.TemporaryDirectory(prefix="handoff-") as temporary:
        folder = Path(temporary, "program")
        shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        (folder / _EMULATOR_VENV).symlink_to((root / _EMULATOR_VENV).resolve())
        yield folder


def _bundle_round(code: FunctionCode) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="handoff-") as folder:

        def build() -> None:
            build_bundle(code, lambda_target("3.13", "arm64"), Path(folder))

        return _seconds(build), _seconds(build)


def _up_round() -> tuple[float, float]:
    with fresh_copy() as folder:
        port = str(free_port())

        def up() -> None:
            _local(folder, "up", port)

        taken = []
        for _ in range(2):
            try:
                taken.append(_seconds(up))
            finally:
                _local(folder, "down", port)
        cold, warm = taken
        return cold, warm


def _local(folder: Path, command: str, port: str) -> None:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "local", command, "--port", port],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"`python -m local {command}` failed:\n{done.stderr[-3000:]}")


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
