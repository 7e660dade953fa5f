"""Milliseconds: each function between runs of the bare handler, medians of ratios.

One processor and its neighbours change from minute to minute; two runs side by side change alike.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.process import init, python, requests, run, timed
from benchmarks.stub import stub, tls_stub
from benchmarks.subjects import BARE, CREATE, ENVIRONMENT, SUBJECTS, Subject, unpacked

_WARM_UP, _WARM = 20, 200

Sample = Callable[[Subject], float]


Timing = tuple[str, float, float, float]
"""Of one subject: its name, median and lowest milliseconds, and the median of the rounds' ratios
to the bare handler."""


def inits(folder: Path, rounds: int) -> list[Timing]:
    """Time each function's init in fresh processes."""

    def sample(subject: Subject) -> float:
        statement = timed(init(subject))
        return _milliseconds(python(unpacked(subject, folder), statement), ENVIRONMENT)

    return _compare([BARE, *SUBJECTS], sample, rounds)


def colds(folder: Path, rounds: int) -> list[Timing]:
    """Time init and first create over TLS."""
    with tls_stub(folder) as environment:

        def sample(subject: Subject) -> float:
            statement = timed(requests(subject, 1))
            return _milliseconds(python(unpacked(subject, folder), statement), environment(subject))

        return _compare([BARE, CREATE], sample, rounds)


def warms(folder: Path, rounds: int) -> list[Timing]:
    """Time one create in a process that has served others, over connections that are open."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}

        def sample(subject: Subject) -> float:
            first = requests(subject, _WARM_UP)
            statement = f"{first}\n" + timed(requests(subject, _WARM))
            command = python(unpacked(subject, folder), statement)
            return _milliseconds(command, environment) / _WARM

        return _compare([BARE, CREATE], sample, rounds)


def _milliseconds(command: list[str], environment: Mapping[str, str]) -> float:
    return float(run(command, environment).splitlines()[-1])


def _compare(subjects: list[Subject], sample: Sample, rounds: int) -> list[Timing]:
    found: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    order = random.Random(0)  # noqa: S311 -- no secret
    for _ in range(rounds):
        for subject in order.sample(subjects, len(subjects)):
            found[subject.name].append(sample(subject))
    bare = found[BARE.name]
    return [
        (
            name,
            statistics.median(taken),
            min(taken),
            statistics.median(own / of for own, of in zip(taken, bare, strict=True)),
        )
        for name, taken in found.items()
    ]
