"""What our components add to the time that the same resources take without them."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.subjects import ROOT

_HAND_OFFS = (1, 10, 100)
_SCRIPT = Path(__file__).with_name("graph_process.py")


@dataclass(frozen=True)
class GraphTime:
    hand_offs: int
    resources: int
    seconds: float
    plain_seconds: float
    """What the SDK alone takes to register the same resources with the same inputs."""

    ratio: float
    """Median of the rounds' ratios."""


def graph_times(rounds: int) -> list[GraphTime]:
    """Time programs of 1, 10 and 100 hand-offs under mocks, each in fresh processes."""
    return [_graph_time(number, rounds) for number in _HAND_OFFS]


def _graph_time(number: int, rounds: int) -> GraphTime:
    found = [_run(number) for _ in range(rounds)]
    return GraphTime(
        hand_offs=number,
        resources=int(found[0][0]),
        seconds=statistics.median(own for _, own, _ in found),
        plain_seconds=statistics.median(plain for _, _, plain in found),
        ratio=statistics.median(own / plain for _, own, plain in found),
    )


def _run(number: int) -> tuple[float, float, float]:
    done = subprocess.run(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-m", "benchmarks.graph_process", str(number)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    resources, own, plain = map(float, done.stdout.split()[-3:])
    return resources, own, plain


@dataclass(frozen=True)
class BundleTime:
    name: str
    cold_seconds: float
    """With an empty build folder; pip's own cache is as it is."""

    warm_seconds: float


def bundle_times(build_folder: Path) -> list[BundleTime]:
    """Time how long the zips take to build."""
    from benchmarks.subjects import SUBJECTS  # noqa: PLC0415 -- imports pulumi
    from components.blocks.bundle import build_bundle  # noqa: PLC0415
    from components.blocks.dependencies import lambda_target  # noqa: PLC0415

    found: list[BundleTime] = []
    seen: list[object] = []
    for subject in SUBJECTS:
        if subject.code is None or subject.code in seen:
            continue
        seen.append(subject.code)
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            build_bundle(subject.code, lambda_target("3.13", "arm64"), build_folder)
            seconds.append(time.perf_counter() - started)
        found.append(BundleTime(subject.name, *seconds))
    return found
