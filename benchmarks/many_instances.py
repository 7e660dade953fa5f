"""The handoff at a stub of AWS: one instance of the function, and many at once.

The stub takes as long for each request, whatever is in it. With many instances it shares this
machine's processors with them, so that a function pays there for the requests that it sends.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pattern_times import AGAIN, BARE, DELAY_SECONDS, OURS, PAUSE_SECONDS, ROUNDS
from benchmarks.process import END, environment_of, python
from benchmarks.report import compared_rows, in_turn
from benchmarks.stub import stub
from benchmarks.subjects import BARE as BARE_SUBJECT
from benchmarks.subjects import CREATE, ENVIRONMENT, EVENT, Subject, unpacked

INSTANCES = 32
HEADS = ["caller", "p50 ms", "x", f"answers a second, {INSTANCES} instances", "x"]

_ALONE, _EACH = 40, 20
_CREATES = """\
import json, sys, time
import {module} as handler

def create():
    began = time.perf_counter()
    response = handler.handle({event!r}, None)
    took = time.perf_counter() - began
    assert response["statusCode"] == 201, response
    time.sleep({pause_seconds})
    return took

create()
print([], file=sys.stderr, flush=True)
sys.stdin.readline()
took = [create() for _ in range({number})]
print(json.dumps(took), file=sys.stderr, flush=True)
"""


@dataclass(frozen=True)
class Answers:
    """What one turn of one caller has shown."""

    p50_ms: float
    """Of an instance that is alone."""

    per_second: float
    """Of many instances, which share this machine's processors with the stub."""


def rows() -> list[list[str]]:
    """Return a row for each caller."""
    callers = {OURS: CREATE, AGAIN: CREATE, BARE: BARE_SUBJECT}
    found: dict[str, list[Answers]] = {name: [] for name in callers}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folders = {each: unpacked(each, Path(name)) for each in (CREATE, BARE_SUBJECT)}
        for caller in in_turn(callers, ROUNDS):
            subject = callers[caller]
            found[caller].append(_answers(subject, folders[subject]))
    return compared_rows(found, BARE)


def _answers(subject: Subject, folder: Path) -> Answers:
    _, [alone] = creates(subject, folder, instances=1, number=_ALONE, pause=PAUSE_SECONDS)
    seconds, _ = creates(subject, folder, instances=INSTANCES, number=_EACH, pause=0)
    return Answers(statistics.median(alone) * 1000, INSTANCES * _EACH / seconds)


def creates(
    subject: Subject, folder: Path, *, instances: int, number: int, pause: float
) -> tuple[float, list[list[float]]]:
    """Create that many tasks in each instance once all are warm; return the seconds until all have
    answered, and each instance's own."""
    statement = _CREATES.format(
        module=subject.module, event=EVENT, number=number, pause_seconds=pause
    )
    with stub() as server, ExitStack() as started:
        server.delay_seconds = DELAY_SECONDS
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        processes = [
            started.enter_context(_started(python(folder, statement + END), environment))
            for _ in range(instances)
        ]
        for each in processes:
            _line(each)
        began = time.perf_counter()
        for each in processes:
            if each.stdin is not None:
                each.stdin.close()
        took = [_line(each) for each in processes]
        return time.perf_counter() - began, took


def _started(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and text
        command,
        env=environment_of(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _line(process: subprocess.Popen[str]) -> list[float]:
    """Wait for the next list that it prints. Raises RuntimeError with its errors."""
    text = process.stderr.readline() if process.stderr else ""
    if not text.startswith("["):
        raise RuntimeError(f"a benchmark's process failed:\n{text}{process.communicate()[1]}")
    found: list[float] = json.loads(text)
    return found
