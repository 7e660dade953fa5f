"""A program's picture as a Mermaid flowchart, along the flow of its data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from local.picture.arrows import ALARM, FAILED
from local.picture.boxes import OUTSIDE, Box

Pairs = Mapping[tuple[Box, Box], set[str]]

_SHAPES = {
    "API": ("[/", "/]"),
    "function": ("[", "]"),
    "table": ("[(", ")]"),
    "queue": ("[[", "]]"),
    "topic": ("{{", "}}"),
    "schedule": ("([", "])"),
    OUTSIDE: ("([", "])"),
}
_OTHER = ("[", "]")
_UNEXPECTED = {ALARM, FAILED}


def mermaid(arrows: Pairs) -> str:
    """The flowchart, without the fence around it; the same program gives the same text."""
    pairs = _folded(arrows)
    depths = _depths(pairs)
    boxes = sorted(depths, key=lambda box: (depths[box], box))
    dead_letters = {target for (_, target), verbs in pairs.items() if FAILED in verbs}
    ids = _ids(boxes)
    lines = [f"{ids[box]}{_shape(box, dead_letters)}" for box in boxes]
    for source, target in sorted(pairs, key=lambda pair: [boxes.index(box) for box in pair]):
        verbs = pairs[source, target]
        arrow = "-.->" if verbs <= _UNEXPECTED else "-->"
        lines.append(f"{ids[source]} {arrow}|{', '.join(sorted(verbs))}| {ids[target]}")
    return "flowchart LR\n" + "".join(f"    {line}\n" for line in lines)


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
    for (source, target), verbs in arrows.items():
        found[shared.get(source, source), shared.get(target, target)] |= verbs
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
    # A circle that nothing leads into.
    return {box: depths.get(box, depth) for pair in pairs for box in pair}


def _shape(box: Box, dead_letters: set[Box]) -> str:
    start, end = _SHAPES.get(box.kind, _OTHER)
    kind = "" if box.kind == OUTSIDE else box.kind + ("s" if len(box.names) > 1 else "")
    if box in dead_letters and box.kind == "queue":
        kind = "dead letters"
    rows = [*box.names, ", ".join(word for word in (kind, box.note) if word)]
    return f'{start}"{"<br>".join(_escaped(row) for row in rows if row)}"{end}'


def _escaped(text: str) -> str:
    # The first is what the others are written with.
    for character, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, code)
    return " ".join(text.split())


def _ids(boxes: Iterable[Box]) -> dict[Box, str]:
    ids: dict[Box, str] = {}
    for box in boxes:
        # The kind first: some words, such as "end", are not allowed as ids.
        wanted = re.sub(r"\W", "_", f"{box.kind}_{box.names[0]}", flags=re.ASCII)
        while wanted in ids.values():
            wanted += "_"
        ids[box] = wanted
    return ids
