"""Processor time of one task, process by process.

On AWS every process has its own processor and the emulator's work is not there; here they
share a few, so the time of a request shows little about the functions themselves.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import suppress

import psutil

from benchmarks.baselines import Service, http_client
from benchmarks.end_to_end import BURST, Comparison, Rates
from benchmarks.report import table
from local.emulator.workers import emulator_processes, function_processes
from local.stack import DeployedStack

_ROUNDS = 5
_EMULATOR = "emulator"


def processor_table(
    stack: DeployedStack, comparison: Comparison, services: Sequence[Service]
) -> str:
    """Let each service take tasks one at a time, and show medians in milliseconds a task."""
    found: dict[str, list[dict[str, float]]] = {each.name: [] for each in services}
    with http_client(1) as client:
        for _ in range(_ROUNDS):
            for service in comparison.shuffled():
                before = _seconds(stack)
                comparison.burst(client, service, 1, BURST, Rates())
                found[service.name].append(_since(before, _seconds(stack)))
    rows = []
    first: list[float] = []
    for service in services:
        parts = (service.function_name, service.target_name, _EMULATOR)
        own = [_milliseconds(found[service.name], part) for part in parts]
        first = first or own
        beside = [value / of for value, of in zip(own, first, strict=True)]
        rows.append(
            (service.name, *(cell for pair in zip(own, beside, strict=True) for cell in pair))
        )
    heads = [head for part in ("its function", "target", _EMULATOR) for head in (part, "x ours")]
    return table(["service", *heads], rows)


def _milliseconds(rounds: Sequence[dict[str, float]], part: str) -> float:
    return statistics.median(each.get(part, 0) for each in rounds) / BURST * 1000


def _seconds(stack: DeployedStack) -> dict[str, float]:
    """Processor seconds until now, by function, and those of the emulator."""
    named = [(each, _EMULATOR) for each in emulator_processes(stack.emulator)]
    found: dict[str, float] = {}
    for process, name in [*named, *function_processes(stack.emulator)]:
        # An idle process may end meanwhile.
        with suppress(psutil.Error):
            times = process.cpu_times()
            found[name] = found.get(name, 0) + times.user + times.system
    return found


def _since(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    return {name: seconds - before.get(name, 0) for name, seconds in now.items()}
