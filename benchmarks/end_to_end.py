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

from benchmarks.baselines import Service, http_client, notified
from benchmarks.report import table
from local.stack import DeployedStack
from local.wait import wait_until

CLIENTS = (1, 8, 32)

_COLD_ROUNDS, _ROUNDS = 7, 150
_BURSTS, BURST = 6, 50
_WITHIN_SECONDS = 120
_POLL_SECONDS = 0.001


class NotCreatedError(Exception):
    """A service did not create a task, so there is nothing to measure."""


@dataclass
class Latencies:
    """Milliseconds of one service, a figure for each request."""

    cold: list[float] = field(default_factory=list)
    response: list[float] = field(default_factory=list)
    notified: list[float] = field(default_factory=list)
    """From the response to the notification; 0 if that was there first."""


@dataclass
class Rates:
    """What bursts of requests came to, a figure for each burst."""

    responded: list[float] = field(default_factory=list)
    """Responses a second."""

    notified: list[float] = field(default_factory=list)
    """Notifications a second, until the last one."""

    failed: int = 0


class Comparison:
    """Measures services that notify the same receiver, in random order again and again."""

    def __init__(self, stack: DeployedStack, services: Sequence[Service]) -> None:
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
                    response_ms, notified_ms = self._one(client, service)
                    found[service.name].response.append(response_ms)
                    found[service.name].notified.append(notified_ms)
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

    def shuffled(self) -> list[Service]:
        """Return the services in another order each time."""
        return self._order.sample(self._services, len(self._services))

    def _make_cold(self, service: Service) -> None:
        # A function whose code is updated gets new processes.
        functions, name = self._stack.client("lambda"), service.function_name
        functions.update_function_code(FunctionName=name, ZipFile=service.bundle)
        wait_until(
            lambda: functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"],
            f"{service.name} to be updated",
            seconds=_WITHIN_SECONDS,
            enough=lambda status: status == "Successful",
        )

    def _one(self, client: httpx.Client, service: Service) -> tuple[float, float]:
        title, mark = str(uuid.uuid4()), len(self._stack.receiver.received)
        start = time.perf_counter()
        created = service.create(client, title)
        responded = time.perf_counter()
        if not created:
            raise NotCreatedError(f"{service.name} did not create a task; see the emulator's log")
        deadline = responded + _WITHIN_SECONDS
        notified_seconds = 0.0
        while not notified(self._stack, mark)[title] and time.perf_counter() < deadline:
            time.sleep(_POLL_SECONDS)
            notified_seconds = time.perf_counter() - responded
        return (responded - start) * 1000, notified_seconds * 1000

    def burst(
        self, client: httpx.Client, service: Service, clients: int, size: int, rates: Rates
    ) -> None:
        """Create `size` tasks, wait for their notifications, and add what it took to `rates`."""
        titles, mark = [str(uuid.uuid4()) for _ in range(size)], len(self._stack.receiver.received)
        start = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            created = list(pool.map(lambda title: service.create(client, title), titles))
        rates.responded.append(size / (time.perf_counter() - start))
        wanted = {title for title, was in zip(titles, created, strict=True) if was}
        wait_until(
            lambda: wanted - notified(self._stack, mark).keys(),
            f"the notifications of all tasks of {service.name}",
            seconds=_WITHIN_SECONDS,
            enough=lambda missing: not missing,
        )
        rates.notified.append(size / (time.perf_counter() - start))
        rates.failed += size - len(wanted)


def latency_table(found: dict[str, Latencies]) -> str:
    """Show medians and the slowest of a hundred, in milliseconds and beside the first service."""
    columns: list[tuple[str, Callable[[Latencies], float]]] = [
        ("cold median", lambda each: statistics.median(each.cold)),
        ("p50", lambda each: statistics.median(each.response)),
        ("p99", lambda each: statistics.quantiles(each.response, n=100)[98]),
        ("response to notified p50", lambda each: statistics.median(each.notified)),
        (
            "request to notified p50",
            lambda each: statistics.median(
                map(sum, zip(each.response, each.notified, strict=True))
            ),
        ),
    ]
    first = next(iter(found.values()))
    heads = [head for name, _ in columns for head in (f"{name} ms", "x ours")]
    rows = [
        (name, *(cell for _, of in columns for cell in _beside(of(each), of(first))))
        for name, each in found.items()
    ]
    return table(["service", *heads], rows)


def rate_table(found: dict[int, dict[str, Rates]]) -> str:
    """Show medians of the bursts, and of their ratios to the first service's of the same round."""
    rows = []
    for clients, rates in found.items():
        first = next(iter(rates.values()))
        for name, each in rates.items():
            cells = (
                *_rounds(each.responded, first.responded),
                *_rounds(each.notified, first.notified),
            )
            rows.append((clients, name, *cells, each.failed))
    heads = ["responses a second", "x ours", "notified a second", "x ours", "failed"]
    return table(["clients", "service", *heads], rows)


def _rounds(values: Sequence[float], of_first: Sequence[float]) -> tuple[float, float]:
    ratios = [value / of for value, of in zip(values, of_first, strict=True)]
    return statistics.median(values), statistics.median(ratios)


def _beside(value: float, first: float) -> tuple[float, object]:
    return value, value / first if first else "none"
