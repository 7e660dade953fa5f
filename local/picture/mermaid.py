"""A program's picture as a Mermaid flowchart, along the flow of its data."""

from __future__ import annotations

import re
from collections.abc import Iterable

from local.picture.boxes import OUTSIDE, Box
from local.picture.flow import Flow, Pairs

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


def mermaid(arrows: Pairs) -> str:
    """The flowchart, without the fence around it; the same program gives the same text."""
    flow = Flow(arrows)
    ids = _ids(flow.boxes)
    lines = [f"{ids[box]}{_shape(box, flow.rows(box))}" for box in flow.boxes]
    for line in flow.lines:
        arrow = "-->" if line.expected else "-.->"
        lines.append(f"{ids[line.source]} {arrow}|{line.label}| {ids[line.target]}")
    return "flowchart LR\n" + "".join(f"    {line}\n" for line in lines)


def _shape(box: Box, rows: Iterable[str]) -> str:
    start, end = _SHAPES.get(box.kind, _OTHER)
    return f'{start}"{"<br>".join(_escaped(row) for row in rows)}"{end}'


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
