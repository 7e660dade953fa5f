"""One graph of the page as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from local.dashboard.readings import Points

_WIDTH, _HEIGHT = 300, 100
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")

Line = tuple[str, Points]
"""A label and its points."""


def draw(title: str, lines: Sequence[Line], *, since: float, until: float) -> str:
    """Return the graph with its legend, or a note if it has no points."""
    if not any(points for _, points in lines):
        return f"<h3>{escape(title)}</h3><p class='none'>no data here</p>"
    top = max(1.0, *(value for _, points in lines for _, value in points))
    drawn = "".join(
        _line(points, _colour(number), since=since, until=until, top=top)
        for number, (_, points) in enumerate(lines)
    )
    legend = "".join(
        _entry(label, points, _colour(number)) for number, (label, points) in enumerate(lines)
    )
    return (
        f"<h3>{escape(title)}</h3>"
        f"<svg viewBox='-4 -4 {_WIDTH + 8} {_HEIGHT + 8}' preserveAspectRatio='none' role='img' "
        f"aria-label='{escape(title, quote=True)}'>"
        f"<path class='axis' d='M0 0V{_HEIGHT}H{_WIDTH}'/>{drawn}</svg>"
        f"<p class='top'>up to {top:g}</p><ul>{legend}</ul>"
    )


def _line(points: Points, colour: str, *, since: float, until: float, top: float) -> str:
    places = [
        (
            max(0.0, (timestamp - since) / (until - since)) * _WIDTH,
            _HEIGHT - max(0.0, value) / top * _HEIGHT,
        )
        for timestamp, value in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2'/>" for x, y in places)
    return f"<g fill='{colour}' stroke='{colour}'><polyline points='{path}'/>{dots}</g>"


def _entry(label: str, points: Points, colour: str) -> str:
    latest = f"{points[-1][1]:g}" if points else "no data here"
    return f"<li><b style='background:{colour}'></b>{escape(label)}: {latest}</li>"


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
