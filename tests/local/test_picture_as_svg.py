"""A program's picture as SVG: a whole document, in which no text lies on anything."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cli import commands
from local.picture.boxes import Box
from local.picture.flow import Flow
from local.picture.svg import svg

NAMES = st.text(min_size=1, max_size=40)
KINDS = st.sampled_from(["function", "table", "queue", "topic", "outside", "event bus"])
BOXES = st.builds(Box, KINDS, st.tuples(NAMES), NAMES)
VERBS = st.sets(st.sampled_from(["reads", "writes", "failed", "alarm", "publishes"]), min_size=1)
PAIRS = st.lists(BOXES, min_size=1, max_size=8, unique=True).flatmap(
    lambda boxes: st.dictionaries(
        st.tuples(st.sampled_from(boxes), st.sampled_from(boxes)), VERBS, max_size=14
    )
)
FONT_SIZE = 13
NARROWEST = 0.5
"""Of its height, the width of a character below which text cannot be read."""


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def contains(self, other: Area) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


def elements(document: str, name: str) -> list[ET.Element]:
    # What was made a line above is no foreign document.
    return list(ET.fromstring(document).iter(f"{{http://www.w3.org/2000/svg}}{name}"))  # noqa: S314


def boxes(document: str) -> list[Area]:
    found = []
    for rect in elements(document, "rect"):
        if rect.attrib["class"] != "page":
            x, y, width, height = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
            found.append(Area(x, y, x + width, y + height))
    return found


def texts(document: str, *kinds: str) -> list[Area]:
    found = []
    for text in elements(document, "text"):
        if text.attrib["class"] in kinds:
            x, y, width = (float(text.attrib[key]) for key in ("x", "y", "textLength"))
            top = y - 0.9 * FONT_SIZE
            found.append(Area(x - width / 2, top, x + width / 2, top + 1.2 * FONT_SIZE))
    return found


# One test: to draw an example takes three times as long as to check all of this.
@given(PAIRS)
def test_no_text_leaves_its_box_nothing_lies_on_another_and_every_arrow_ends_at_its_target(
    pairs: dict[tuple[Box, Box], set[str]],
) -> None:
    document = svg(pairs, "a <program>")

    flow, drawn = Flow(pairs), boxes(document)
    assert len(drawn) == len(flow.boxes)
    for text in texts(document, "name", "kind"):
        assert any(box.contains(text) for box in drawn)
    for one, other in combinations([*drawn, *texts(document, "label")], 2):
        assert not one.overlaps(other)
    for element in elements(document, "text"):
        assert float(element.attrib["textLength"]) >= needed(element.text or "")
    ends = arrow_ends(document)
    assert len(ends) == len(flow.lines)
    for x, y in ends:
        assert any(
            box.top < y < box.bottom and (abs(x - box.left) < 1 or abs(x - box.right) < 1)
            for box in drawn
        )


def needed(text: str) -> float:
    """The width of its characters."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return (len(text) + wide) * NARROWEST * FONT_SIZE


def arrow_ends(document: str) -> list[tuple[float, float]]:
    paths = [each.attrib for each in elements(document, "path") if "marker-end" in each.attrib]
    parts = [each["d"].rpartition("H") for each in paths]
    return [(float(x), float(before.split()[-1])) for before, _, x in parts]


@given(PAIRS, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_same_program_gives_the_same_document(
    pairs: dict[tuple[Box, Box], set[str]], random: object
) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert svg({pair: pairs[pair] for pair in shuffled}, "a program") == svg(pairs, "a program")


def test_the_command_writes_what_an_image_viewer_reads(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "mine", "runtime": "python"}))
    (tmp_path / "__main__.py").write_text(
        "import pulumi_aws as aws\n"
        "topic, queue = aws.sns.Topic('news'), aws.sqs.Queue('parcels')\n"
        "aws.sns.TopicSubscription('s', topic=topic.arn, protocol='sqs', endpoint=queue.arn)\n"
    )
    file = tmp_path / "picture.svg"

    done = CliRunner().invoke(commands, ["picture", str(tmp_path), "--svg", str(file)])

    assert done.exit_code == 0, done.output
    assert done.output == ""
    document = file.read_text()
    assert [each.text for each in elements(document, "title")] == ["The flow of data through mine"]
    assert "prefers-color-scheme: dark" in document
    assert "parcels" in document
