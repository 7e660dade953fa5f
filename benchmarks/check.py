"""Holds what was counted against benchmarks/budgets.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.counts import Count

BUDGETS = Path(__file__).with_name("budgets.toml")


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
