"""Requests through an API in the emulator, each service in turn, until the receiver is notified."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
import psutil

from benchmarks.baselines import Service
from benchmarks.report import table
from local.emulator.workers import emulator_processes, function_processes
from local.scenario.handoff_stack import HandoffStack
from local.scenario.observe import TARGET
from local.wait import wait_until

_COLD_ROUNDS, _ROUNDS = 7, 150
_PROCESSOR_ROUNDS, _TASKS = 5, 50
_WITHIN_SECONDS = 120
_EMULATOR = "emulator"


class NotCreatedError(Exception):
    """A service did not create a task, so there is nothing to measure."""


@dataclass
class Latencies:
    """Milliseconds of one service until its response, a figure for each request."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


class Comparison:
    """Measures services that notify the same receiver, in random order again and again."""

    def __init__(self, stack: HandoffStack, services: Sequence[Service]) -> None:
        self._stack = stack
        self._services = services
        self._order = random.Random(0)  # noqa: S311 -- no secret

    def latencies(self) -> dict[str, Latencies]:
        """Time first requests, then requests one after the other."""
        found = {each.name: Latencies() for each in self._services}
        with httpx.Client(timeout=60, trust_env=False) as client:
            for service in self._services:
                # The first of all finds the target cold, too.
                self._one(client, service)
            for service in self._in_turn(_COLD_ROUNDS):
                self._make_cold(service)
                found[service.name].cold.append(self._one(client, service))
            for service in self._in_turn(_ROUNDS):
                found[service.name].warm.append(self._one(client, service))
        return found

    def processor(self) -> dict[str, list[float]]:
        """Median processor milliseconds of a task: the service's function, the target, the
        emulator.

        On AWS every process has a processor of its own and the emulator's work is not there; here
        they share a few, so the time a request takes says little of the functions themselves.
        """
        target = self._stack.function_names()[TARGET]
        rounds: dict[str, list[list[float]]] = {each.name: [] for each in self._services}
        with httpx.Client(timeout=60, trust_env=False) as client:
            for service in self._in_turn(_PROCESSOR_ROUNDS):
                before = self._seconds()
                for _ in range(_TASKS):
                    self._one(client, service)
                now = self._seconds()
                rounds[service.name].append(
                    [
                        (now.get(part, 0) - before.get(part, 0)) / _TASKS * 1000
                        for part in (service.function_name, target, _EMULATOR)
                    ]
                )
        return {
            name: list(map(statistics.median, zip(*found, strict=True)))
            for name, found in rounds.items()
        }

    def _in_turn(self, rounds: int) -> Iterator[Service]:
        for _ in range(rounds):
            yield from self._order.sample(self._services, len(self._services))

    def _make_cold(self, service: Service) -> None:
        # A function whose code is put there anew gets new processes.
        functions, name = self._stack.client("lambda"), service.function_name
        functions.update_function_code(FunctionName=name, ZipFile=service.bundle)
        wait_until(
            lambda: functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"],
            f"{service.name} to be updated",
            seconds=_WITHIN_SECONDS,
            enough=lambda status: status == "Successful",
        )

    def _one(self, client: httpx.Client, service: Service) -> float:
        """Create a task and wait for its notification; return the response's milliseconds."""
        title = str(uuid.uuid4())
        start = time.perf_counter()
        response = client.post(f"{service.url}/tasks", json={"title": title})
        took_ms = (time.perf_counter() - start) * 1000
        if response.status_code != HTTPStatus.CREATED:
            raise NotCreatedError(f"{service.name} did not create a task; see the emulator's log")
        wait_until(
            lambda: self._stack.receiver.about(title),
            f"a notification of {service.name}",
            seconds=_WITHIN_SECONDS,
        )
        return took_ms

    def _seconds(self) -> dict[str, float]:
        """Processor seconds until now, by function, and those of the emulator."""
        named = [(each, _EMULATOR) for each in emulator_processes(self._stack.emulator)]
        found: dict[str, float] = {}
        for process, name in [*named, *function_processes(self._stack.emulator)]:
            # An idle one may end while we look.
            with suppress(psutil.Error):
                times = process.cpu_times()
                found[name] = found.get(name, 0) + times.user + times.system
        return found


def latency_table(found: dict[str, Latencies]) -> str:
    """Show medians and the slowest of a hundred, in milliseconds and beside the first service."""
    figures = {
        name: [
            statistics.median(each.cold),
            statistics.median(each.warm),
            statistics.quantiles(each.warm, n=100)[98],
        ]
        for name, each in found.items()
    }
    return beside_the_first(["cold median ms", "p50 ms", "p99 ms"], figures)


def processor_table(found: dict[str, list[float]]) -> str:
    return beside_the_first(["its function", "target", _EMULATOR], found)


def beside_the_first(names: Sequence[str], figures: dict[str, list[float]]) -> str:
    """Show each service's figures, and what they are of the first service's."""
    first = next(iter(figures.values()))
    heads = [head for name in names for head in (name, "x ours")]
    rows = [
        (
            name,
            *(cell for value, of in zip(own, first, strict=True) for cell in (value, value / of)),
        )
        for name, own in figures.items()
    ]
    return table(["service", *heads], rows)
