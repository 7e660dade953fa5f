"""Places the boxes, labels and lines of a picture: in columns, along the flow.

Boxes and labels have columns of their own, in turn, so that none lies on another. A line that
passes a column of boxes has a place in it, too. Within a column, each is as near as it can be to
what it is connected with (the barycenter method of Sugiyama, Tagawa and Toda).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from local.picture.flow import Flow, Line

_GAP = 14
"""Between what is one below the other."""

_COLUMN_GAP = 52
"""Between two columns; lines bend here, and nowhere else."""

_STRAIGHT = 12
"""Of a line, before its arrowhead: it points to where the line comes from."""

_SWEEPS = 12


@dataclass(eq=False)
class Place:
    """A rectangle of the picture: a box, a label, or the way of a line through a column."""

    width: float
    height: float
    x: float = 0
    y: float = 0
    left: float = 0
    """Where its column begins: nothing else is drawn in its row until `right`."""
    right: float = 0
    before: list[Place] = field(default_factory=list)
    after: list[Place] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Route:
    """The places that a line leads through, from its source to its target."""

    line: Line
    places: list[Place]
    label: Place


class Layout:
    """Where everything is; sizes are in pixels."""

    def __init__(self, flow: Flow, size: Callable[[Iterable[str]], tuple[float, float]]) -> None:
        """`size` is that of a box or a label with these rows of text in it."""
        self.boxes = {box: Place(*size(flow.rows(box))) for box in flow.boxes}
        self._columns: defaultdict[int, list[Place]] = defaultdict(list)
        self._depths = flow.depths
        for box, place in self.boxes.items():
            self._columns[2 * flow.depths[box]].append(place)
        self.routes = [self._route(line, Place(*size([line.label]))) for line in flow.lines]
        columns = [self._columns[index] for index in sorted(self._columns)]
        for sweep in range(_SWEEPS):
            forward = sweep % 2 == 0
            for column in columns if forward else reversed(columns):
                _arrange(column, forward=forward)
        self.width, self.height = _spread(columns)

    def _route(self, line: Line, label: Place) -> Route:
        start, end = 2 * self._depths[line.source], 2 * self._depths[line.target]
        source, target = self.boxes[line.source], self.boxes[line.target]
        if start == end:
            self._columns[start + 1].append(label)
            for place in (source, target):
                _connect(place, label)
            return Route(line, [source, label, target], label)
        step = 1 if start < end else -1
        passed = []
        for column in range(start + step, end, step):
            place = label if column == start + step else Place(0, _GAP)
            self._columns[column].append(place)
            passed.append(place)
        places = [source, *passed, target]
        for one, other in pairwise(places):
            _connect(*((one, other) if step > 0 else (other, one)))
        return Route(line, places, label)


def _connect(left: Place, right: Place) -> None:
    left.after.append(right)
    right.before.append(left)


def _arrange(column: list[Place], *, forward: bool) -> None:
    """Order a column by what its places are connected with on one side, and move them there."""
    wanted = {place: _wanted(place, forward=forward) for place in column}
    # The order that it has decides between equals.
    column.sort(key=lambda place: wanted[place] + place.height / 2)
    bottom = float("-inf")
    for place in column:
        place.y = max(wanted[place], bottom)
        bottom = place.y + place.height + _GAP
    moved = sum(place.y - wanted[place] for place in column) / len(column)
    for place in column:
        place.y -= moved


def _wanted(place: Place, *, forward: bool) -> float:
    neighbours = place.before if forward else place.after
    if not neighbours:
        return place.y
    return sum(each.middle for each in neighbours) / len(neighbours) - place.height / 2


def _spread(columns: list[list[Place]]) -> tuple[float, float]:
    """Set the columns side by side, below one line; return the width and height of all."""
    top = min((place.y for column in columns for place in column), default=0)
    x = 0.0
    for column in columns:
        width = max(place.width for place in column)
        for place in column:
            place.x = x + (width - place.width) / 2
            place.y -= top
            place.left, place.right = x - _STRAIGHT, x + width + _STRAIGHT
        x += width + _COLUMN_GAP
    height = max((place.y + place.height for column in columns for place in column), default=0)
    return max(x - _COLUMN_GAP, 0), height
