"""What any picture of a program shows: its boxes by their depth in the flow, and the arrows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from local.picture.arrows import ALARM, FAILED
from local.picture.boxes import OUTSIDE, Box

Pairs = Mapping[tuple[Box, Box], set[str]]

_UNEXPECTED = {ALARM, FAILED}


class Line(NamedTuple):
    """An arrow of the picture."""

    source: Box
    target: Box
    label: str

    expected: bool
    """Whether data flows along it while nothing is wrong."""


class Flow:
    """A program's boxes and arrows in the order of its flow, the same for the same program."""

    def __init__(self, arrows: Pairs) -> None:
        pairs = _folded(arrows)
        self.depths = _depths(pairs)
        """How many arrows each box is away from where the data comes in."""
        self.boxes = sorted(self.depths, key=lambda box: (self.depths[box], box))
        place = {box: index for index, box in enumerate(self.boxes)}
        self.lines = [
            Line(source, target, ", ".join(sorted(labels)), not labels <= _UNEXPECTED)
            for (source, target), labels in sorted(
                pairs.items(), key=lambda each: [place[box] for box in each[0]]
            )
        ]
        self._dead_letters = {target for (_, target), labels in pairs.items() if FAILED in labels}

    def rows(self, box: Box) -> list[str]:
        """The text in a box: its names, then what it is."""
        kind = "" if box.kind == OUTSIDE else box.kind + ("s" if len(box.names) > 1 else "")
        if box in self._dead_letters and box.kind == "queue":
            kind = "dead letters"
        rows = [*box.names, ", ".join(word for word in (kind, box.note) if word)]
        return [row for row in rows if row]


def _folded(arrows: Pairs) -> dict[tuple[Box, Box], set[str]]:
    """Functions with the same neighbours share a box."""
    neighbours: defaultdict[Box, set[tuple[str, Box]]] = defaultdict(set)
    for source, target in arrows:
        neighbours[source].add(("to", target))
        neighbours[target].add(("from", source))
    alike: defaultdict[frozenset[tuple[str, Box]], list[Box]] = defaultdict(list)
    for box in sorted(neighbours):
        if box.kind == "function":
            alike[frozenset(neighbours[box])].append(box)
    shared = {
        box: Box("function", tuple(name for each in boxes for name in each.names))
        for boxes in alike.values()
        for box in boxes
    }
    found: defaultdict[tuple[Box, Box], set[str]] = defaultdict(set)
    for (source, target), labels in arrows.items():
        found[shared.get(source, source), shared.get(target, target)] |= labels
    return found


def _depths(pairs: Pairs) -> dict[Box, int]:
    """How many arrows each box is away from where the data comes in."""
    targets = {target for _, target in pairs}
    depths = {source: 0 for source, _ in pairs if source not in targets}
    reached, depth = set(depths), 0
    while reached:
        depth += 1
        reached = {target for source, target in pairs if source in reached and target not in depths}
        depths |= dict.fromkeys(reached, depth)
    # A cycle that nothing leads into.
    return {box: depths.get(box, depth) for pair in pairs for box in pair}
