"""From the request to the notification, through an API in the emulator, each service in turn.

The channel is a webhook: its receiver sees when a notification arrives.
"""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from benchmarks.report import table
from benchmarks.rivals import Rival, http_client, told
from local.stack import DeployedStack
from local.wait import wait_until

CLIENTS = (1, 8, 32)

_COLD_ROUNDS, _ROUNDS = 7, 150
_BURSTS, BURST = 6, 50
_PATIENCE_SECONDS = 120
_LOOK_AGAIN_SECONDS = 0.001


class NotCreatedError(Exception):
    """A service has refused a task, so there is nothing to measure."""


@dataclass
class Latencies:
    """Milliseconds of one service, a figure for each request."""

    cold: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    """From the answer to the notification; 0 if that was there first."""


@dataclass
class Rates:
    """What bursts of requests came to, a figure for each burst."""

    answered: list[float] = field(default_factory=list)
    """Answers a second."""

    told: list[float] = field(default_factory=list)
    """Notifications a second, until the last one."""

    refused: int = 0


class Comparison:
    """Measures services that tell the same receiver, in random order again and again."""

    def __init__(self, stack: DeployedStack, services: Sequence[Rival]) -> None:
        self._stack = stack
        self._services = services
        self._order = random.Random(0)  # noqa: S311 -- no secret

    def latencies(self) -> dict[str, Latencies]:
        """Time first requests, then requests one after the other."""
        found = {each.name: Latencies() for each in self._services}
        with http_client(1) as client:
            for service in self._services:
                # The first of all finds the target cold, too.
                self._one(client, service)
            for _ in range(_COLD_ROUNDS):
                for service in self.shuffled():
                    self._make_cold(service)
                    found[service.name].cold.append(self._one(client, service)[0])
            for _ in range(_ROUNDS):
                for service in self.shuffled():
                    answer_ms, told_ms = self._one(client, service)
                    found[service.name].answer.append(answer_ms)
                    found[service.name].told.append(told_ms)
        return found

    def rates(self, clients: int) -> dict[str, Rates]:
        """Time bursts of so many clients at once."""
        found = {each.name: Rates() for each in self._services}
        with http_client(clients) as client:
            for _ in range(_BURSTS):
                for service in self.shuffled():
                    # Not counted: it starts as many processes as will be needed.
                    self.burst(client, service, clients, clients, Rates())
                    self.burst(client, service, clients, BURST, found[service.name])
        return found

    def shuffled(self) -> list[Rival]:
        """Return the services in another order each time."""
        return self._order.sample(self._services, len(self._services))

    def _make_cold(self, service: Rival) -> None:
        # A function whose code is put there anew gets new processes.
        functions, name = self._stack.client("lambda"), service.function_name
        functions.update_function_code(FunctionName=name, ZipFile=service.bundle)
        wait_until(
            lambda: functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"],
            f"{service.name} to be updated",
            seconds=_PATIENCE_SECONDS,
            enough=lambda status: status == "Successful",
        )

    def _one(self, client: httpx.Client, service: Rival) -> tuple[float, float]:
        title, mark = str(uuid.uuid4()), len(self._stack.receiver.received)
        start = time.perf_counter()
        created = service.create(client, title)
        answered = time.perf_counter()
        if not created:
            raise NotCreatedError(f"{service.name} refused a task; look into the emulator's log")
        deadline = answered + _PATIENCE_SECONDS
        told_seconds = 0.0
        while not told(self._stack, mark)[title] and time.perf_counter() < deadline:
            time.sleep(_LOOK_AGAIN_SECONDS)
            told_seconds = time.perf_counter() - answered
        return (answered - start) * 1000, told_seconds * 1000

    def burst(
        self, client: httpx.Client, service: Rival, clients: int, size: int, rates: Rates
    ) -> None:
        """Ask for `size` tasks, wait until they are told of, and add what it took to `rates`."""
        titles, mark = [str(uuid.uuid4()) for _ in range(size)], len(self._stack.receiver.received)
        start = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            created = list(pool.map(lambda title: service.create(client, title), titles))
        rates.answered.append(size / (time.perf_counter() - start))
        wanted = {title for title, was in zip(titles, created, strict=True) if was}
        wait_until(
            lambda: wanted - told(self._stack, mark).keys(),
            f"all tasks of {service.name} to be told of",
            seconds=_PATIENCE_SECONDS,
            enough=lambda missing: not missing,
        )
        rates.told.append(size / (time.perf_counter() - start))
        rates.refused += size - len(wanted)


def latency_table(found: dict[str, Latencies], not_measured: Sequence[str] = ()) -> str:
    """Show medians and the slowest of a hundred, in milliseconds and beside the first service.

    `not_measured` names services that the table is to say so of.
    """
    columns: list[tuple[str, Callable[[Latencies], float]]] = [
        ("cold median", lambda each: statistics.median(each.cold)),
        ("p50", lambda each: statistics.median(each.answer)),
        ("p99", lambda each: statistics.quantiles(each.answer, n=100)[98]),
        ("answer to notified p50", lambda each: statistics.median(each.told)),
        (
            "request to notified p50",
            lambda each: statistics.median(map(sum, zip(each.answer, each.told, strict=True))),
        ),
    ]
    first = next(iter(found.values()))
    heads = [head for name, _ in columns for head in (f"{name} ms", "x ours")]
    rows = [
        (name, *(cell for _, of in columns for cell in _beside(of(each), of(first))))
        for name, each in found.items()
    ]
    missing = [(name, *["not measured"] * len(heads)) for name in not_measured]
    return table(["service", *heads], [*rows, *missing])


def rate_table(found: dict[int, dict[str, Rates]]) -> str:
    """Show medians of the bursts, and of their ratios to the first service's of the same round."""
    rows = []
    for clients, rates in found.items():
        first = next(iter(rates.values()))
        for name, each in rates.items():
            cells = (*_rounds(each.answered, first.answered), *_rounds(each.told, first.told))
            rows.append((clients, name, *cells, each.refused))
    heads = ["answers a second", "x ours", "told a second", "x ours", "refused"]
    return table(["clients", "service", *heads], rows)


def _rounds(values: Sequence[float], of_first: Sequence[float]) -> tuple[float, float]:
    ratios = [value / of for value, of in zip(values, of_first, strict=True)]
    return statistics.median(values), statistics.median(ratios)


def _beside(value: float, first: float) -> tuple[float, object]:
    return value, value / first if first else "none"
