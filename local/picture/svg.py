"""A program's picture as SVG, for pages that do not draw Mermaid."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape

from local.picture.boxes import OUTSIDE, Box
from local.picture.flow import Flow, Pairs
from local.picture.layout import Layout, Place, Route

_FONT_SIZE = 13
_CELL = 0.62 * _FONT_SIZE
"""Width of a character; monospaced fonts are up to this wide, and textLength makes it exact."""

_LINE_HEIGHT = 18
_PADDING = 10
_MARGIN = 20

# The picture brings its own background: readers of a light scheme have dark pages, and vice versa.
_STYLE = """
    .page { fill: #fff }
    text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
    .kind, .label { fill: #59636e }
    .box { fill: #f6f8fa; stroke: #818b98 }
    .outside { stroke-dasharray: 2 3 }
    .line { fill: none; stroke: #818b98; stroke-width: 1.3 }
    .unexpected { stroke: #cf222e; stroke-dasharray: 5 4 }
    .head { fill: #818b98 }
    .unexpected-head { fill: #cf222e }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 }
      text { fill: #f0f6fc }
      .kind, .label { fill: #9198a1 }
      .box { fill: #151b23; stroke: #656c76 }
      .line { stroke: #656c76 }
      .unexpected { stroke: #f85149 }
      .head { fill: #656c76 }
      .unexpected-head { fill: #f85149 }
    }
"""


def svg(arrows: Pairs, title: str) -> str:
    """The picture, whole; the same program gives the same text."""
    flow = Flow(arrows)
    layout = Layout(flow, _size)
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {width:.0f} {height:.0f}" role="img">',
        f"  <title>{escape(_shown(title))}</title>",
        f"  <style>{_STYLE}  </style>",
        *(_head(name) for name in ("head", "unexpected-head")),
        f'  <rect class="page" x="{-_MARGIN}" y="{-_MARGIN}" width="100%" height="100%" rx="6"/>',
        *(part for route in layout.routes for part in _line(route)),
        *(part for box, place in layout.boxes.items() for part in _box(box, place, flow.rows(box))),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _size(rows: Iterable[str]) -> tuple[float, float]:
    texts = [_shown(row) for row in rows]
    width = max((_width(text) for text in texts), default=0)
    return width + 2 * _PADDING, max(len(texts), 1) * _LINE_HEIGHT + _PADDING


def _width(text: str) -> float:
    """Two cells for what East Asian fonts draw twice as wide, and for emoji."""
    return _CELL * sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _head(name: str) -> str:
    return (
        f'  <marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path class="{name}" d="M0 0L8 4L0 8z"/></marker>'
    )


def _box(box: Box, place: Place, rows: Iterable[str]) -> Iterator[str]:
    kind = "box outside" if box.kind == OUTSIDE else "box"
    rounded = 4 if box.kind in ("function", "API", "table") else 14
    yield (
        f'  <rect class="{kind}" x="{place.x:.1f}" y="{place.y:.1f}" width="{place.width:.1f}" '
        f'height="{place.height:.1f}" rx="{rounded}"/>'
    )
    for index, row in enumerate(rows):
        yield _written(row, place, index, "name" if index < len(box.names) else "kind")


def _line(route: Route) -> Iterator[str]:
    """The line up to its label and from there on, so that the text is not crossed out."""
    kind, head = ("line", "head") if route.line.expected else ("line unexpected", "unexpected-head")
    cut = route.places.index(route.label)
    yield f'  <path class="{kind}" d="{_path(route.places[: cut + 1])}"/>'
    yield f'  <path class="{kind}" d="{_path(route.places[cut:])}" marker-end="url(#{head})"/>'
    yield _written(route.line.label, route.label, 0, "label")


def _path(places: list[Place]) -> str:
    """Straight within a column, bent between two."""
    points = []
    for one, other in pairwise(places):
        if one.left < other.left:
            ends = (one.x + one.width, one.right, other.left, other.x)
        else:
            ends = (one.x, one.left, other.right, other.x + other.width)
        bend = (ends[1] + ends[2]) / 2
        points.append(
            f"{ends[0]:.1f} {one.middle:.1f}H{ends[1]:.1f}C{bend:.1f} {one.middle:.1f} "
            f"{bend:.1f} {other.middle:.1f} {ends[2]:.1f} {other.middle:.1f}H{ends[3]:.1f}"
        )
    return f"M{'L'.join(points)}"


def _written(text: str, place: Place, row: int, kind: str) -> str:
    shown = _shown(text)
    x = place.x + place.width / 2
    y = place.y + _PADDING / 2 + (row + 0.7) * _LINE_HEIGHT
    # In whichever font it is drawn, it is as wide as its box was made for.
    length = f"{_width(shown):.1f}"
    return (
        f'  <text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle" '
        f'textLength="{length}" lengthAdjust="spacingAndGlyphs">{escape(shown)}</text>'
    )


def _shown(text: str) -> str:
    """Without what XML cannot have, nor what has no width of its own."""
    allowed = (each for each in text if each.isspace() or unicodedata.category(each)[0] not in "CM")
    return " ".join("".join(allowed).split())
