"""Ratios to the bare boto3 handler that do not depend on the machine's load, and their budgets."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import (
    END,
    counting_waits,
    init,
    instructions,
    python,
    relayed,
    requests,
    run,
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


def all_counts() -> Iterator[Count]:
    """Count everything that has a budget, one thing after the other."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        start = instructions(python(None, "pass" + END), ENVIRONMENT)
        yield from init_counts(folder, start)
        yield cold_count(folder, start)
        yield from warm_counts(folder)
        yield connections_count(folder)
        yield waits_count(folder)
        yield from size_counts()


def init_counts(folder: Path, start: int) -> Iterator[Count]:
    """Yield each function's init; an empty Python is taken off both sides of the ratio."""

    def cost(subject: Subject) -> int:
        command = python(unpacked(subject, folder), init(subject) + END)
        return instructions(command, ENVIRONMENT) - start

    bare = cost(BARE)
    for subject in SUBJECTS:
        own = cost(subject)
        yield _ratio(f"init.{subject.name}", own, bare)


def cold_count(folder: Path, start: int) -> Count:
    """Return init and first create over TLS, with as many trusted roots as on AWS."""
    with tls_stub(folder) as environment:

        def cost(subject: Subject) -> int:
            command = python(unpacked(subject, folder), requests(subject, 1) + END)
            return instructions(command, environment(subject)) - start

        return _ratio("cold.create-task", cost(CREATE), cost(BARE))


def warm_counts(folder: Path) -> Iterator[Count]:
    """Yield what one more create costs, and one more event that the relay hands off; logging and
    validation included."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}

        def cost(subject: Subject, work: Callable[[Subject, int], str] = requests) -> float:
            few, many = (
                instructions(
                    python(unpacked(subject, folder), work(subject, number) + END), environment
                )
                for number in (_FEW, _MANY)
            )
            return (many - few) / (_MANY - _FEW)

        bare = cost(BARE)
        yield _ratio("warm.create-task", cost(CREATE), bare)
        yield _ratio("warm.relay", cost(RELAY, relayed), bare)


def connections_count(folder: Path) -> Count:
    """Return how many connections 1,000 creates in one process open."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        statement = requests(CREATE, _CONNECTION_REQUESTS)
        run(python(unpacked(CREATE, folder), statement), environment)
        detail = f"{server.requests} requests of {_CONNECTION_REQUESTS} creates"
        return Count("connections.create-task", server.connections, "connections", detail)


def waits_count(folder: Path) -> Count:
    """Return how many requests a create waits for."""
    with stub() as server:
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        printed = run(python(unpacked(CREATE, folder), counting_waits(CREATE, _MANY)), environment)
        waited = int(printed.split()[-1])
        detail = f"{waited} of {server.requests} requests of {_MANY} creates"
        return Count("waits.create-task", waited / _MANY, "requests", detail)


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
        shown = f"{count.name:<26} {count.value:8.3f} {count.unit}"
        if limit is None:
            yield f"{shown}: no budget; add it to {BUDGETS.name}", False
        elif count.value > limit:
            yield f"{shown}: over its budget of {limit:g}  ({count.detail})", False
        else:
            yield f"{shown}, budget {limit:g}  {count.detail}", True
    for name in left:
        yield f"{name:<26} has a budget, and nothing was counted", False
