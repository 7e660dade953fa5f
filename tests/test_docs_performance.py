"""The performance page has the figures of the latest benchmarks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from benchmarks.units import UNITS

ROOT = Path(__file__).parents[1]
# Row of the page: what `make bench` counts, and the decimals that the page shows.
ROWS = {
    "`create-task` init": (("init.create-task",), "0.01"),
    "`get-task`, `list-tasks`, relay init": (
        ("init.get-task", "init.list-tasks", "init.relay"),
        "0.01",
    ),
    "`send-notification` init, email": (("init.send-notification",), "0.01"),
    "init and first create over TLS": (("cold.create-task",), "0.01"),
    "a warm create": (("warm.create-task",), "0.01"),
    "connections opened by 1,000 creates": (("connections.create-task",), "1"),
    "requests that a create waits for": (("waits.create-task",), "1"),
    "the task functions' zip": (("zip.create-task",), "0.1"),
    "`create-task` init, bytecode": (("init.create-task-bytecode",), "0.01"),
    "relay init, bytecode": (("init.relay-bytecode",), "0.01"),
    "`send-notification` init, bytecode": (("init.send-notification-bytecode",), "0.01"),
    "the task functions' zip, bytecode": (("zip.create-task-bytecode",), "0.1"),
}


def _table(page: str) -> dict[str, list[str]]:
    lines = (ROOT / page).read_text().splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return {first: others for first, *others in cells if others}


def test_the_page_has_the_figures_of_the_latest_benchmarks() -> None:
    counts, page = _table("benchmarks/results/counts.md"), _table("docs/performance.md")

    for row, (names, decimals) in ROWS.items():
        rounded = [_rounded(counts[name][0], decimals) for name in names]
        measured = page[row][-1].removesuffix(" MB")
        assert measured == ", ".join(rounded), row


def test_the_page_has_the_figures_of_every_pattern() -> None:
    counts, page = _table("benchmarks/results/counts.md"), _table("docs/performance.md")

    for unit in UNITS:
        decimals = {"init": "0.01", "warm": "0.01", "requests": "1"}
        found = [_rounded(counts[f"{key}.{unit.name}"][0], each) for key, each in decimals.items()]
        assert page[unit.name] == [unit.what, *found, *_beside_bare(unit.name)]


def _beside_bare(pattern: str) -> list[str]:
    """Ratios of cold start, p50 and processor time to the bare version's."""
    lines = (ROOT / "benchmarks/results/patterns.md").read_text().splitlines()
    [row] = [line for line in lines if line.startswith(f"| {pattern} | ours |")]
    return row.strip("| ").split(" | ")[3::2]


def _rounded(value: str, decimals: str) -> str:
    return str(Decimal(value).quantize(Decimal(decimals), ROUND_HALF_UP))
