"""`python -m benchmarks check`, or any of the other names, or all of them; `--help` lists them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from benchmarks import builds, clock, counts, end_to_end, graph, model, outages, processor
from benchmarks.baselines import deploy_baselines
from benchmarks.process import ValgrindMissingError, has_valgrind
from benchmarks.report import keep, plot, table
from local.stack import deployed_stack

_ROUNDS = 9
_GRAPH_ROUNDS = 3
_RETRY_BASE_SECONDS = 0.2
_COLD_MEANS = (
    "Cold: a copy of the program without bundles and bytecode; pip's own cache and the virtual "
    "environments are as they are. A bundle is named after the first function of its zip."
)
_ONLY_RATIOS = (
    "Every figure includes the emulator, which starts an event immediately, where AWS queues it: "
    "only ratios within one run are meaningful."
)


def check() -> bool:
    """Compare the counts with their budgets; print each immediately."""
    if not has_valgrind():
        raise ValgrindMissingError
    good = True
    with counts.code_folders() as folder:
        for line, within in counts.verdicts(counts.all_counts(folder), counts.read_budgets()):
            print(line, flush=True)  # noqa: T201
            good = good and within
    return good


def count() -> None:
    """Save the counts, and plot the cold starts."""
    if not has_valgrind():
        print(f"counts are left out: {ValgrindMissingError()}", flush=True)  # noqa: T201
        return
    with counts.code_folders() as folder:
        found = list(counts.all_counts(folder))
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


def time() -> None:
    """Save milliseconds and memory."""
    with counts.code_folders() as folder:
        parts = []
        for title, measure in (
            ("Init", clock.inits),
            ("Cold: init and first create over TLS", clock.colds),
            ("Warm: one create more", clock.warms),
        ):
            rows = [
                (each.name, each.median_ms, each.lowest_ms, each.ratio)
                for each in measure(folder, _ROUNDS)
            ]
            heads = ["function", "median ms", "lowest ms", "x bare boto3"]
            parts.append(f"## {title}\n\n{table(heads, rows)}")
        weights = [(each.name, each.blocks, each.resident_mb) for each in clock.weights(folder)]
    heads = ["function", "memory blocks kept", "process MB"]
    parts.append(f"## Memory after init\n\n{table(heads, weights)}")
    keep("clock", "Milliseconds, fresh processes in random order", parts)


def program() -> None:
    """Save how long previews and builds take."""
    rows = [
        (
            each.handoffs,
            each.resources,
            each.seconds,
            each.seconds / each.resources * 1000,
            each.plain_seconds,
            each.ratio,
        )
        for each in graph.graph_times(_GRAPH_ROUNDS)
    ]
    heads = ["handoffs", "resources", "seconds", "ms each", "the SDK alone", "x"]
    heads_of_builds = ["what", "cold seconds", "warm seconds", "warm / cold"]
    built = [
        (each.name, each.cold_seconds, each.warm_seconds, each.ratio)
        for each in [*builds.bundle_times(_GRAPH_ROUNDS), builds.up_times(_GRAPH_ROUNDS)]
    ]
    parts = [
        f"## Graph\n\n{table(heads, rows)}",
        f"## Cold and warm\n\n{_COLD_MEANS}\n\n{table(heads_of_builds, built)}",
    ]
    keep("program", "The Pulumi program under mocks, its bundles and `make up`", parts)


def compare() -> None:
    """Save how long requests through an API take in the emulator, and the effect of outages."""
    with deployed_stack(
        "bench", retry_base_seconds=_RETRY_BASE_SECONDS, only="webhook", watched=False
    ) as stack:
        services = deploy_baselines(stack)
        comparison = end_to_end.Comparison(stack, services)
        latencies = end_to_end.latency_table(comparison.latencies())
        rates = {clients: comparison.rates(clients) for clients in end_to_end.CLIENTS}
        processor_ms = processor.processor_table(stack, comparison, services)
        receiver_down = outages.receiver_table(stack, services)
        lambda_down = outages.lambda_table(stack, services)
    parts = [
        _ONLY_RATIOS,
        f"## One at a time\n\n{latencies}",
        f"## Many clients\n\n{end_to_end.rate_table(rates)}",
        f"## Processor milliseconds of a task\n\n{processor_ms}",
        f"## The receiver fails at first\n\n{receiver_down}",
        f"## Lambda denies the invoke\n\n{lambda_down}",
    ]
    keep("end_to_end", "From the request to the notification, in the emulator", parts)


def cost() -> None:
    """Save the model of cost and capacity."""
    loads = [model.load(rate) for rate in (10, 1_000, 100_000)]
    heads = ["per second", *(f"{each.per_second:,}" for each in loads)]
    rows: list[Sequence[object]] = [
        ["concurrent creates", *(f"{each.create_concurrency:,.1f}" for each in loads)],
        ["concurrent deliveries", *(f"{each.deliver_concurrency:,.1f}" for each in loads)],
        ["task shards needed (there are 4)", *(each.task_shards for each in loads)],
        ["outbox shards needed (there are 8)", *(each.outbox_shards for each in loads)],
        [
            "hours to drain an hour's backlog, if no more comes",
            *(f"{each.drain_hours:,.1f}" for each in loads),
        ],
        *(
            [f"{part}, $ a month", *(f"{each.dollars_per_month[part]:,.0f}" for each in loads)]
            for part in loads[0].dollars_per_month
        ),
        ["all, $ a month", *(f"{sum(each.dollars_per_month.values()):,.0f}" for each in loads)],
    ]
    limits = table(
        ["a second", "limit, and what to do"],
        [(f"{rate:,.0f}", what) for rate, what in model.limits()],
    )
    keep(
        "model",
        "Cost and limits of handoffs",
        [
            f"A model. Prices: {model.PRICES_AS_OF}.",
            table(heads, rows),
            f"## Limits, as shipped\n\n{limits}",
        ],
    )


_NAMES: dict[str, Callable[[], bool | None]] = {
    "check": check,
    "count": count,
    "time": time,
    "program": program,
    "end-to-end": compare,
    "cost": cost,
}


def main(arguments: list[str]) -> int:
    """Run what is named, or everything but the check. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure, print and save tables under benchmarks/results. "
        "Without names: everything but check.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(_NAMES)}")
    names = parser.parse_args(arguments).names
    if unknown := set(names) - set(_NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(_NAMES)}")
    try:
        return 0 if all(_NAMES[name]() is not False for name in names or [*_NAMES][1:]) else 1
    except ValgrindMissingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
