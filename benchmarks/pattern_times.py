"""What a unit of each pattern's work takes, beside boto3 code that does nothing else."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.patterns import Unit
from benchmarks.process import run
from benchmarks.report import compared_rows, in_turn
from benchmarks.stub import stub
from benchmarks.units import UNITS

ROUNDS = 5
DELAY_SECONDS = 0.005
"""How long the stub takes for each request; DynamoDB on AWS takes a few milliseconds."""

PAUSE_SECONDS = 0.01
"""Between two units: what nobody waits for is over by then, as it is between two callers."""

HEADS = ["pattern", "caller", "cold ms", "x", "p50 ms", "x", "processor ms a unit", "x"]

_NUMBER = 41
OURS, AGAIN, BARE = "ours", "ours again", "bare boto3"


@dataclass(frozen=True)
class Times:
    """What one process has shown."""

    cold_ms: float
    """From the import of the handler to the end of the first unit."""

    p50_ms: float
    """Of the units after it."""

    processor_ms: float
    """Of one of these."""


def pattern_rows() -> Iterator[list[str]]:
    """Yield three rows for each pattern: ours, ours again, and the bare version."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        for unit in UNITS:
            for row in compared_rows(_rounds(unit, Path(name)), BARE):
                yield [unit.name, *row]


def _rounds(unit: Unit, folder: Path) -> dict[str, list[Times]]:
    found: dict[str, list[Times]] = {OURS: [], AGAIN: [], BARE: []}
    for caller in in_turn(found, ROUNDS):
        found[caller].append(times(unit, folder, bare=caller == BARE))
    return found


def times(unit: Unit, folder: Path, *, bare: bool) -> Times:
    """Do the work in a process of its own, at a stub of its own."""
    with stub() as server:
        server.delay_seconds = DELAY_SECONDS
        if bare:
            command = unit.bare_work(_NUMBER, PAUSE_SECONDS)
            printed = run(command, unit.bare_environment(server.url))
        else:
            command = unit.work(folder, _NUMBER, PAUSE_SECONDS)
            printed = run(command, unit.environment(server.url))
    last = json.loads(printed.splitlines()[-1])
    cold_ms, *warm_ms = last["took_ms"]
    return Times(cold_ms, statistics.median(warm_ms), last["processor_ms"])
