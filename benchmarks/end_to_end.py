"""Requests through an API in the emulator, each caller in turn, until the target has done all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
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

    In its turn, each creates `one_at_a_time` tasks in a row, and then `at_once` with CLIENTS.
    """

    def __init__(
        self, stack: ComparisonStack, *, one_at_a_time: int = 40, at_once: int = 96
    ) -> None:
        self._stack = stack
        self._one_at_a_time, self._at_once = one_at_a_time, at_once

    def figures(self, work_seconds: float, rounds: int = ROUNDS) -> dict[str, list[Figures]]:
        """Return each caller's figures, one of each round, with a target that takes so long."""
        self._stack.let_target_work(work_seconds)
        found: dict[str, list[Figures]] = {each.name: [] for each in self._stack.services}
        with httpx.Client(timeout=60, trust_env=False) as client:
            for service in self._stack.services:
                # The first of all finds the target cold, too, and packages without bytecode.
                self._post(client, service, 1)
            for service in in_turn(self._stack.services, rounds):
                found[service.name].append(self._turn(client, service))
        return found

    def _turn(self, client: httpx.Client, service: Service) -> Figures:
        self._stack.make_cold(service)
        [cold_ms] = self._post(client, service, 1)
        before = self._processor_seconds(service)
        warm_ms = self._post(client, service, self._one_at_a_time)
        processor_seconds = self._processor_seconds(service) - before
        answers_seconds, handoffs_seconds = self._post_at_once(client, service)
        return Figures(
            cold_ms=cold_ms,
            p50_ms=statistics.median(warm_ms),
            processor_ms=processor_seconds / self._one_at_a_time * 1000,
            answers_per_second=self._at_once / answers_seconds,
            handoffs_per_second=self._at_once / handoffs_seconds,
        )

    def _post(self, client: httpx.Client, service: Service, number: int) -> list[float]:
        """Create tasks, each once the target has done the one before; return milliseconds."""
        found = []
        for _ in range(number):
            done = self._stack.done()
            found.append(_create(client, service))
            self._stack.wait_until_done(done + 1)
        return found

    def _post_at_once(self, client: httpx.Client, service: Service) -> tuple[float, float]:
        """Create tasks with many clients; return the seconds until the last answer, and until the
        target has done all."""
        # One each before, so that no cold start is measured.
        for number in (min(CLIENTS, self._at_once), self._at_once):
            done, start = self._stack.done(), time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as pool:
                list(pool.map(lambda _: _create(client, service), range(number)))
            answered = time.perf_counter() - start
            self._stack.wait_until_done(done + number)
            handed_off = time.perf_counter() - start
        return answered, handed_off

    def _processor_seconds(self, service: Service) -> float:
        total = 0.0
        for process, name in function_processes(self._stack.emulator):
            # An idle one may end while we look.
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system if name == service.function_name else 0
        return total


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
