"""Ratios to the bare boto3 handler that do not depend on the machine's load, and their budgets."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.patterns import Unit
from benchmarks.process import (
    END,
    counting_waits,
    init,
    instructions,
    python,
    relayed,
    requests,
    run,
    uncollected,
)
from benchmarks.stub import stub, tls_stub
from benchmarks.subjects import (
    BARE,
    CREATE,
    ENVIRONMENT,
    RELAY,
    SUBJECTS,
    Subject,
    unpacked,
    zip_of,
)
from benchmarks.units import UNITS

BUDGETS = Path(__file__).with_name("budgets.toml")

_FEW, _MANY = 5, 45
_CONNECTION_REQUESTS = 1_000


@dataclass(frozen=True)
class Count:
    """One number with a budget."""

    name: str
    """Its key in budgets.toml, e.g. "init.create-task"."""

    value: float
    unit: str
    detail: str = ""


class Base(NamedTuple):
    """What every count is made with and compared with, in instructions."""

    folder: Path
    """Where functions are unpacked."""

    start: int
    """An empty Python, which is taken off both sides of a ratio."""

    init: float
    """The bare handler's init."""

    warm: float
    """One create more of the bare handler."""


def all_counts() -> Iterator[Count]:
    """Count everything that has a budget, as many things at a time as there are processors: what
    else they do changes no count."""
    with (
        tempfile.TemporaryDirectory(prefix="benchmarks-") as name,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        folder = Path(name)
        unpack_all(folder)
        for counts in pool.map(lambda task: list(task()), tasks(base_of(folder)).values()):
            yield from counts


def unpack_all(folder: Path) -> None:
    """Unpack every function: threads that share a function would do it twice."""
    for each in (BARE, *SUBJECTS):
        unpacked(each, folder)
    for unit in UNITS:
        unit.unpacked(folder)


def base_of(folder: Path) -> Base:
    """Count what all others are compared with."""
    start = instructions(python(None, "pass" + END), ENVIRONMENT)
    return Base(folder, start, _init_cost(BARE, folder, start), _warm_cost(BARE, folder))


def tasks(base: Base) -> dict[str, Callable[[], Iterable[Count]]]:
    """Return what counts something, by the name of the first count that it yields."""
    return {
        **{f"init.{each.name}": partial(init_count, each, base) for each in SUBJECTS},
        "cold.create-task": partial(cold_count, base),
        "warm.create-task": partial(warm_count, CREATE, requests, base),
        "warm.relay": partial(warm_count, RELAY, relayed, base),
        "connections.create-task": partial(connection_counts, base),
        "waits.create-task": partial(waits_count, base),
        **{f"init.{unit.name}": partial(pattern_counts, unit, base) for unit in UNITS},
        "zip.create-task": size_counts,
    }


def init_count(subject: Subject, base: Base) -> Iterator[Count]:
    """Yield a function's init."""
    own = _init_cost(subject, base.folder, base.start)
    yield _ratio(f"init.{subject.name}", own, base.init)


def _init_cost(subject: Subject, folder: Path, start: int) -> int:
    command = python(unpacked(subject, folder), init(subject) + END)
    return instructions(command, ENVIRONMENT) - start


def cold_count(base: Base) -> Iterator[Count]:
    """Yield init and first create over TLS, with as many trusted roots as on AWS."""
    with tls_stub(base.folder) as environment:

        def cost(subject: Subject) -> int:
            command = python(unpacked(subject, base.folder), requests(subject, 1) + END)
            return instructions(command, environment(subject)) - base.start

        yield _ratio("cold.create-task", cost(CREATE), cost(BARE))


def warm_count(
    subject: Subject, work: Callable[[Subject, int], str], base: Base
) -> Iterator[Count]:
    """Yield what one create more costs, or one event more that the relay hands off; logging and
    validation included."""
    yield _ratio(f"warm.{subject.name}", _warm_cost(subject, base.folder, work), base.warm)


def _warm_cost(
    subject: Subject, folder: Path, work: Callable[[Subject, int], str] = requests
) -> float:
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        few, many = (
            instructions(
                uncollected(python(unpacked(subject, folder), work(subject, number) + END)),
                environment,
            )
            for number in (_FEW, _MANY)
        )
    return (many - few) / (_MANY - _FEW)


def pattern_counts(unit: Unit, base: Base) -> Iterator[Count]:
    """Yield a pattern's init, what one more unit of its work costs in instructions and in requests
    to AWS, and how many connections many of them open."""
    own = instructions(unit.init(base.folder), unit.environment()) - base.start
    yield _ratio(f"init.{unit.name}", own, base.init)
    costs, sent, opened = [], [0], [0]
    with stub() as server:
        for number in (_FEW, _MANY):
            command = uncollected(unit.work(base.folder, number))
            costs.append(instructions(command, unit.environment(server.url)))
            sent.append(server.requests)
            opened.append(server.connections)
    more = _MANY - _FEW
    yield _ratio(f"warm.{unit.name}", (costs[1] - costs[0]) / more, base.warm)
    # The difference of both runs, without what the first unit reads and later ones remember.
    each = ((sent[2] - sent[1]) - (sent[1] - sent[0])) / more
    yield Count(f"requests.{unit.name}", each, f"requests to AWS, {unit.what}")
    yield Count(f"connections.{unit.name}", opened[2] - opened[1], "connections", f"{_MANY} units")


def connection_counts(base: Base) -> Iterator[Count]:
    """Yield how many connections 1,000 creates in one process open, and how many requests each
    sends."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        statement = requests(CREATE, _CONNECTION_REQUESTS)
        run(python(unpacked(CREATE, base.folder), statement), environment)
        detail = f"{server.requests} requests of {_CONNECTION_REQUESTS} creates"
        yield Count("connections.create-task", server.connections, "connections", detail)
        each = server.requests / _CONNECTION_REQUESTS
        yield Count("requests.create-task", each, "requests to AWS, a create")


def waits_count(base: Base) -> Iterator[Count]:
    """Yield how many requests a create waits for."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        statement = counting_waits(CREATE, _MANY)
        printed = run(python(unpacked(CREATE, base.folder), statement), environment)
        waited = int(printed.split()[-1])
        detail = f"{waited} of {server.requests} requests of {_MANY} creates"
        yield Count("waits.create-task", waited / _MANY, "requests", detail)


def size_counts() -> Iterator[Count]:
    """Yield the size of each zip as it is uploaded."""
    seen: set[Path] = set()
    for subject in SUBJECTS:
        path = zip_of(subject)
        if path is not None and path not in seen:
            seen.add(path)
            yield Count(f"zip.{subject.name}", path.stat().st_size / 1e6, "MB")


def _ratio(name: str, own: float, bare: float) -> Count:
    detail = f"{own / 1e6:.1f} of {bare / 1e6:.1f} million instructions"
    return Count(name, own / bare, "x bare boto3", detail)


def read_budgets(path: Path = BUDGETS) -> dict[str, float]:
    """Return the highest allowed values by name, e.g. "init.create-task"."""
    tables = tomllib.loads(path.read_text())
    return {
        f"{table}.{name}": float(limit)
        for table, limits in tables.items()
        for name, limit in limits.items()
    }


def verdicts(counts: Iterable[Count], budgets: dict[str, float]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each count as it comes, and whether it is within its budget.

    A count without a budget, or a budget that nothing was counted for, is not within.
    """
    left = dict(budgets)
    for count in counts:
        limit = left.pop(count.name, None)
        shown = f"{count.name:<32} {count.value:8.3f} {count.unit}"
        if limit is None:
            yield f"{shown}: no budget; add it to {BUDGETS.name}", False
        elif count.value > limit:
            yield f"{shown}: over its budget of {limit:g}  ({count.detail})", False
        else:
            yield f"{shown}, budget {limit:g}  {count.detail}", True
    for name in left:
        yield f"{name:<32} has a budget, and nothing was counted", False
