"""Requests through an API in the emulator, until the target has done all.

What is done one at a time is done by each caller in turn, request by request: a machine whose speed
changes within seconds changes it for all of them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

import httpx
import psutil

from benchmarks.callers import BARE
from benchmarks.comparison_stack import ComparisonStack, Service
from benchmarks.interpreters import description_of
from benchmarks.report import compared_rows, in_turn, table
from local.emulator.workers import function_processes

ROUNDS = 5
TARGETS = {"a target that does nothing": 0.0, "a target that takes 100 ms": 0.1}
CLIENTS = 32

_BODY = {"title": "Buy milk", "detail": "Two"}


class NotCreatedError(Exception):
    """A service did not create a task, so there is nothing to measure."""


@dataclass(frozen=True)
class Figures:
    """What one turn of one caller has shown."""

    cold_ms: float
    p50_ms: float
    processor_ms: float
    """Of its function, for a task: in the emulator, functions share the processors."""

    answers_per_second: float
    handoffs_per_second: float
    """Until the target has done all."""


_HEADS = {
    "cold_ms": "cold ms",
    "p50_ms": "p50 ms",
    "processor_ms": "processor ms a task",
    "answers_per_second": f"answers a second, {CLIENTS} clients",
    "handoffs_per_second": f"handed off a second, {CLIENTS} clients",
}


class Comparison:
    """Measures callers of the same target, in a random order in each round.

    In a round, each is called cold; then each creates `one_at_a_time` tasks, in turn with the
    others; then each `at_once` with CLIENTS, `bursts` times in a row, because so many processes of
    all callers would not fit into memory.
    """

    def __init__(
        self,
        stack: ComparisonStack,
        *,
        one_at_a_time: int = 40,
        at_once: int = 96,
        bursts: int = 3,
    ) -> None:
        self._stack = stack
        self._one_at_a_time, self._at_once, self._bursts = one_at_a_time, at_once, bursts

    def figures(self, work_seconds: float, rounds: int = ROUNDS) -> dict[str, list[Figures]]:
        """Return each caller's figures, one of each round, with a target that takes so long."""
        services = self._stack.services
        self._stack.let_target_work(work_seconds)
        found: dict[str, list[Figures]] = {each.name: [] for each in services}
        with httpx.Client(timeout=60, trust_env=False) as client:
            for service in services:
                # The first of all finds the target cold, too, and packages without bytecode.
                self._post(client, service)
            order = in_turn(services, rounds)
            for _ in range(rounds):
                for name, measured in self._round(client, islice(order, len(services))).items():
                    found[name].append(measured)
        return found

    def _round(self, client: httpx.Client, order: Iterable[Service]) -> dict[str, Figures]:
        services = list(order)
        cold_ms = {}
        for service in services:
            self._stack.make_cold(service)
            cold_ms[service.name] = self._post(client, service)
        warm_ms: dict[str, list[float]] = {each.name: [] for each in services}
        before = self._processor_seconds()
        for service in in_turn(services, self._one_at_a_time):
            warm_ms[service.name].append(self._post(client, service))
        used_seconds: dict[str, float] = defaultdict(float)
        for (name, pid), seconds in self._processor_seconds().items():
            used_seconds[name] += seconds - before.get((name, pid), 0)
        found = {}
        for service in services:
            answers, handoffs = self._per_second(client, service)
            found[service.name] = Figures(
                cold_ms=cold_ms[service.name],
                p50_ms=statistics.median(warm_ms[service.name]),
                processor_ms=used_seconds[service.function_name] / self._one_at_a_time * 1000,
                answers_per_second=answers,
                handoffs_per_second=handoffs,
            )
        return found

    def _post(self, client: httpx.Client, service: Service) -> float:
        """Create a task, and wait until the target is done; return the answer's milliseconds."""
        done = self._stack.done()
        took_ms = _create(client, service)
        self._stack.wait_until_done(done + 1)
        return took_ms

    def _per_second(self, client: httpx.Client, service: Service) -> tuple[float, float]:
        """Create tasks with many clients; return the answers a second until the last of them, and
        until the target has done all."""
        # One each before, so that no cold start is measured.
        self._burst(client, service, min(CLIENTS, self._at_once))
        seconds = [self._burst(client, service, self._at_once) for _ in range(self._bursts)]
        number = self._at_once * self._bursts
        answered, handed_off = (number / sum(each) for each in zip(*seconds, strict=True))
        return answered, handed_off

    def _burst(self, client: httpx.Client, service: Service, number: int) -> tuple[float, float]:
        done, start = self._stack.done(), time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda _: _create(client, service), range(number)))
        answered = time.perf_counter() - start
        self._stack.wait_until_done(done + number)
        return answered, time.perf_counter() - start

    def _processor_seconds(self) -> dict[tuple[str, int], float]:
        """What each process has used, by the function's name and its own number."""
        used = {}
        for process, name in function_processes(self._stack.emulator):
            # An idle one may end while we look.
            with suppress(OSError, psutil.Error):
                used[name, process.pid] = _processor_seconds_of(process)
        return used


def _processor_seconds_of(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # What clock_getcpuclockid returns: a clock in nanoseconds. psutil's counts in hundredths of
        # a second, in which four tasks are created.
        return time.clock_gettime(~process.pid << 3 | 2)
    times = process.cpu_times()
    return times.user + times.system


def _create(client: httpx.Client, service: Service) -> float:
    start = time.perf_counter()
    response = client.post(service.url, json=_BODY)
    took_ms = (time.perf_counter() - start) * 1000
    if not response.is_success:
        raise NotCreatedError(
            f"{service.name} must create a task, responded with {response.status_code}: "
            f"{response.text[:500]}; see the emulator's log"
        )
    return took_ms


def figures_table(found: dict[str, list[Figures]]) -> str:
    """Show each caller's rounds beside those of the bare handler."""
    heads = [head for each in fields(Figures) for head in (_HEADS[each.name], "x")]
    return table(["caller", *heads], compared_rows(found, BARE))


def interpreters_table(services: Sequence[Service]) -> str:
    """Show what runs each caller, and with what: version and build."""
    rows: list[tuple[Any, ...]] = [
        (
            each.name,
            each.caller.runtime,
            description_of(each.caller.runtime),
            len(each.caller.bundle) / 1e6,
        )
        for each in services
    ]
    return table(["caller", "on AWS", "here", "zip MB"], rows)
