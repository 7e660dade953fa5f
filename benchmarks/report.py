"""Tables and a plot, printed and kept under benchmarks/results with where they come from."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import random
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.interpreters import description, function_python

T = TypeVar("T")

RESULTS = Path(__file__).with_name("results")

_BAR_HEIGHT, _GAP, _LEFT, _WIDTH = 18, 8, 150, 420


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; numbers with a fraction get three digits after the point."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def in_turn(callers: Iterable[T], rounds: int) -> Iterator[T]:
    """Yield each caller once in each round, in a random order, which is the same in every run."""
    every, order = list(callers), random.Random(0)  # noqa: S311 -- no secret
    for _ in range(rounds):
        yield from order.sample(every, len(every))


def compared_rows(found: Mapping[str, Sequence[Any]], of: str) -> list[list[str]]:
    """Return a row for each caller: of each figure the median of its rounds, the lowest and the
    highest, and the median of its ratios to one caller in the same round.

    `found` has a dataclass of numbers for each round.
    """
    rows = []
    for name, rounds in found.items():
        row = [name]
        for each in fields(rounds[0]):
            values = [getattr(one, each.name) for one in rounds]
            row.append(_spread(values))
            row.append(_ratio(values, [getattr(one, each.name) for one in found[of]]))
        rows.append(row)
    return rows


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _ratio(values: Sequence[float], of: Sequence[float]) -> str:
    ratios = [one / other for one, other in zip(values, of, strict=True) if other]
    return f"{statistics.median(ratios):.2f}" if ratios else "-"


def keep(name: str, title: str, parts: Sequence[str]) -> Path:
    """Print the parts and write them to `results/<name>.md`; return the path."""
    text = "\n\n".join([f"# {title}", _where(), *parts]) + "\n"
    print(text, flush=True)  # noqa: T201
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text(text)
    return path


def plot(name: str, title: str, bars: Sequence[tuple[str, float]], unit: str) -> Path:
    """Write horizontal bars to `results/<name>.svg`; return the path."""
    longest = max(value for _, value in bars)
    height = 40 + len(bars) * (_BAR_HEIGHT + _GAP)
    shapes = [f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>']
    for number, (label, value) in enumerate(bars):
        top = 34 + number * (_BAR_HEIGHT + _GAP)
        width = max(1, round(value / longest * _WIDTH))
        middle = top + _BAR_HEIGHT - 5
        shapes += [
            f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{width}" height="{_BAR_HEIGHT}" fill="#4c78a8"/>',
            f'<text x="{_LEFT + width + 6}" y="{middle}">{value:.2f} {escape(unit)}</text>',
        ]
    total = _LEFT + _WIDTH + 90
    # A background of its own: the page may be dark.
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" '
        f'width="{total}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(shapes)}</svg>\n'
    )
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.svg"
    path.write_text(svg)
    return path


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _where() -> str:
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("boto3", "pulumi", "pulumi-aws")
    )
    machine = f"{_processor()}, {os.cpu_count()} processors"
    system = f"{platform.system()} {platform.release()}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {system}, Python {platform.python_version()}, "
        f"{versions}; functions run with {description(function_python())}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
