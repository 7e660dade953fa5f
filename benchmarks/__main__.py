"""`python -m benchmarks check`, or any of the other names, or all of them; `--help` lists them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks import (
    counts,
    end_to_end,
    graph,
    machine,
    many_instances,
    pattern_times,
    preview,
)
from benchmarks.callers import BARE
from benchmarks.comparison_stack import comparison_stack
from benchmarks.process import ValgrindMissingError
from benchmarks.relay import relay_times
from benchmarks.report import keep, plot, table
from benchmarks.without import exceeded

_GRAPH_ROUNDS = 3
_GRAPH_COUNTED = (1, 10)
_HOW = f"""\
Each figure is the median of {end_to_end.ROUNDS} rounds, with the lowest and the highest; x is the
median of its ratios to "{BARE}" in the same round. Callers take turns in a random order, request
by request where there is one at a time, and hand off to the same function. "ours" and "ours again"
are the same: what differs between them is chance. Zips are as they are uploaded. The emulator takes
part in every figure, and starts an event at once, where AWS queues it: only ratios mean
something. The callers' tables are in a second emulator, which checks no permissions, because one
does one thing at a time, and DynamoDB does not keep Lambda waiting."""

_DELAY_MS, _PAUSE_MS = (
    round(each * 1000) for each in (pattern_times.DELAY_SECONDS, pattern_times.PAUSE_SECONDS)
)
_HOW_PATTERNS = f"""\
Each figure is the median of {pattern_times.ROUNDS} rounds, with the lowest and the highest; x is
the median of its ratios to "{pattern_times.BARE}" in the same round. That writes the same rows with
the same conditions and does nothing else: it validates, logs and retries nothing, removes no row
of an outbox, keeps no order after a failure, takes no lease and has no circuit breaker. The stub
speaks HTTP without TLS and takes {_DELAY_MS} ms for each request. Units are {_PAUSE_MS} ms apart,
and the functions' clocks stand still, so that what they cache stays fresh. "ours" and "ours again"
are the same."""


def check() -> bool:
    """Hold the counts against their budgets; print each as it comes, and what is over once more."""
    over = []
    for line, within in counts.verdicts(counts.all_counts(), counts.read_budgets()):
        print(line, flush=True)  # noqa: T201
        if not within:
            over.append(line)
    print("\n".join(["", f"{len(over)} not within their budgets", *over]), flush=True)  # noqa: T201
    return not over


def count() -> None:
    """Keep the counts, and plot the cold starts."""
    try:
        found = list(counts.all_counts())
    except ValgrindMissingError as error:
        print(f"counts are left out: {error}", flush=True)  # noqa: T201
        return
    budgets = counts.read_budgets()
    rows = [
        (each.name, each.value, each.unit, budgets.get(each.name, "none"), each.detail)
        for each in found
    ]
    keep(
        "counts",
        "Counts that do not depend on the machine's other work",
        [table(["what", "value", "unit", "budget", "detail"], rows)],
    )
    bars = [
        (each.name.removeprefix("init."), each.value)
        for each in found
        if each.name.startswith("init.")
    ]
    title = "Instructions of a cold start's init, bare boto3 handler = 1"
    plot("init", title, [("bare boto3", 1.0), *bars], "x")


def program() -> None:
    """Keep what previews take."""
    heads = ["handoffs", "resources", "seconds", "ms each", "the SDK alone", "x"]
    times = table(heads, graph.graph_times(_GRAPH_ROUNDS))
    calls = [(number, *graph.graph_calls(number)) for number in _GRAPH_COUNTED]
    counted = table(["handoffs", "calls of functions", "the SDK alone", "x"], calls)
    keep("program", "The Pulumi program under mocks", [times, counted])


def preview_times() -> None:
    """Keep where a preview of the root program spends its time."""
    start = machine.now()
    parts = [table(["package", "ms", "share"], preview.modules())]
    if found := list(preview.engine_seconds()):
        heads = ["preview with nothing changed", "resources", "seconds of the engine"]
        parts.append(table(heads, found))
    else:
        parts.append("Without the Pulumi CLI on PATH, the engine is left out.")
    title = "A preview of the root program"
    keep("preview", title, [machine.verdict_since(start), *parts])


def compare() -> None:
    """Keep what requests take through an API in the emulator."""
    parts = []
    with comparison_stack() as stack:
        comparison, start = end_to_end.Comparison(stack), machine.now()
        for target, work_seconds in end_to_end.TARGETS.items():
            figures = end_to_end.figures_table(comparison.figures(work_seconds))
            parts.append(f"## With {target}\n\n{figures}")
        busy = machine.verdict_since(start)
        parts.append(f"## Interpreters\n\n{end_to_end.interpreters_table(stack.services)}")
    title = "From the request to the target, in the emulator"
    keep("end_to_end", title, [busy, _HOW, *parts])


def patterns() -> None:
    """Keep what a unit of each pattern's work takes at a stub of AWS."""
    start = machine.now()
    parts = [
        _HOW_PATTERNS,
        table(pattern_times.HEADS, list(pattern_times.pattern_rows())),
        "## The handoff: one instance of the function, and many at once",
        table(many_instances.HEADS, many_instances.rows()),
    ]
    title = "A unit of each pattern's work, at a stub of AWS"
    keep("patterns", title, [machine.verdict_since(start), *parts])


def relay() -> None:
    """Keep how many events of a shard the relay hands off."""
    heads = ["in flight", "events a second", "x", "processor ms of an event"]
    start = machine.now()
    rows = list(relay_times())
    title = "One shard of a backlog, at a stub of AWS"
    keep("relay", title, [machine.verdict_since(start), table(heads, rows)])


def without() -> bool:
    """Take each optimisation out, and see whether its budgets notice."""
    good = True
    for name, found, budget in exceeded():
        noticed = found.value > budget
        verdict = "over" if noticed else "NOT OVER"
        line = f"{name}: {found.name} {found.value:.3f}, {verdict} its budget of {budget:g}"
        print(line, flush=True)  # noqa: T201
        good = good and noticed
    return good


_NAMES: dict[str, Callable[[], bool | None]] = {
    "check": check,
    "without": without,
    "count": count,
    "program": program,
    "preview": preview_times,
    "patterns": patterns,
    "relay": relay,
    "end-to-end": compare,
}


def main(arguments: list[str]) -> int:
    """Run what is named, or everything but the check. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure, print and keep tables under benchmarks/results. "
        "Without names: everything but check and without.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(_NAMES)}")
    names = parser.parse_args(arguments).names
    if unknown := set(names) - set(_NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(_NAMES)}")
    try:
        return 0 if all(_NAMES[name]() is not False for name in names or [*_NAMES][2:]) else 1
    except ValgrindMissingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
