"""What our components add to the time that the same resources take without them."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.subjects import ROOT

_TURNS = {1: 10, 10: 3, 100: 1}
"""Hand-offs, and how often they are timed in one process: short runs differ the most."""


@dataclass(frozen=True)
class GraphTime:
    hand_offs: int
    resources: int
    seconds: float
    plain_seconds: float
    """What the SDK alone takes to register the same resources with the same inputs."""

    ratio: float
    """Median of the turns' ratios."""


def graph_times(rounds: int) -> list[GraphTime]:
    """Time programs of 1, 10 and 100 hand-offs under mocks, each in `rounds` fresh processes."""
    return [_graph_time(number, rounds) for number in _TURNS]


def _graph_time(number: int, rounds: int) -> GraphTime:
    found = [turn for _ in range(rounds) for turn in _run(number)]
    return GraphTime(
        hand_offs=number,
        resources=int(found[0][0]),
        seconds=statistics.median(own for _, own, _ in found),
        plain_seconds=statistics.median(plain for _, _, plain in found),
        ratio=statistics.median(own / plain for _, own, plain in found),
    )


def _run(number: int) -> list[tuple[float, float, float]]:
    """Return resources, own seconds and the SDK's, of each turn in one process."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-m", "benchmarks.graph_process", str(number), str(_TURNS[number])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [_turn(line) for line in done.stdout.splitlines()]


def _turn(line: str) -> tuple[float, float, float]:
    resources, own, plain = map(float, line.split())
    return resources, own, plain
