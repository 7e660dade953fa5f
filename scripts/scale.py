"""Computes what each pattern costs and meets under load, as the tables of docs/scale.md.

python -m scripts.scale            prints the tables
python -m scripts.scale --write    puts them into the page, between its two markers
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping

from benchmarks import quotas
from benchmarks.counts import read_budgets
from benchmarks.demands import DEMANDS
from benchmarks.pattern_model import FULL_BATCH, Demand
from benchmarks.units import UNITS
from scripts.costs import PRICES, ROOT, SECONDS_PER_MONTH, Bill, written

PAGE = ROOT / "docs" / "scale.md"
LOADS = (10, 1_000, 100_000)
"""Units of work a second."""

_OF_HANDOFF = "a task created and handed off"
_MAX_CONCURRENCY = (
    "| `max_concurrency` | batches of one queue at the same time, as the example declares it, for "
    "the sake of what is behind | set it higher, if what is behind can take it |"
)


def tables(bill: Bill) -> str:
    """The computed part of the page."""
    budgets = read_budgets()
    loads = " | ".join(f"USD a month at {load:,}" for load in LOADS)
    return "\n".join(
        [
            f"| pattern | a unit of work | requests to AWS | {loads} | first limit, units a second "
            f"| over at {LOADS[1]:,} | over at {LOADS[2]:,} |",
            "| --- | --- | ---: |" + " ---: |" * len(LOADS) + " --- | --- | --- |",
            *(_row(name, demand, bill, budgets) for name, demand in DEMANDS.items()),
            "",
            "| limit | what it is | what to change |",
            "| --- | --- | --- |",
            _MAX_CONCURRENCY,
            *(
                f"| [{each.name}]({each.source}) | {each.figure} | {each.change} |"
                for each in quotas.ALL
            ),
            "",
            _from_nothing(LOADS[2]),
            "",
        ]
    )


def _row(name: str, demand: Demand, bill: Bill, budgets: Mapping[str, float]) -> str:
    whats = {unit.name: unit.what for unit in UNITS} | {"handoff": _OF_HANDOFF}
    requests = budgets[f"requests.{'create-task' if name == 'handoff' else name}"]
    first, allowed = next(iter(demand.allowed().items()))
    cells = [
        *(name, whats[name], f"{requests:g}"),
        *(_rounded(_a_month(demand, bill, load)) for load in LOADS),
        f"{_rounded(allowed)}: {first}",
        *(", ".join(demand.over(load)) or "nothing" for load in LOADS[1:]),
    ]
    return f"| {' | '.join(cells)} |"


def _a_month(demand: Demand, bill: Bill, load: int) -> float:
    # While little comes, a batch holds one message.
    batch = 1 if load == LOADS[0] else FULL_BATCH
    return demand.usd(bill, batch=batch) * load * SECONDS_PER_MONTH


def _from_nothing(load: int) -> str:
    more, runs = quotas.ENVIRONMENTS_PER_SECOND, quotas.RUNS_OF_ENVIRONMENT
    return (
        f"From nothing, a function reaches {load:,} runs a second after {load / more / runs:.0f} s "
        f"at the earliest: it gets {more} environments a second, each of which takes {runs} runs a "
        "second."
    )


def _rounded(number: float) -> str:
    """Two digits: more would say more than the assumptions know."""
    return f"{float(f'{number:.2g}'):,.0f}"


def main() -> None:
    """Print the tables, or write them into the page."""
    computed = tables(Bill(tomllib.loads(PRICES.read_text())))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written(PAGE, computed, "scale"))
    else:
        sys.stdout.write(computed)


if __name__ == "__main__":
    main()
