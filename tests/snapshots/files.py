"""Where the snapshots and the list of the last release are kept."""

from __future__ import annotations

from typing import Any

import yaml

from tests.program.programs import ROOT
from tests.snapshots.graph_text import Blocks, as_text
from tests.snapshots.released import Released

FOLDER = ROOT / "tests" / "snapshots"
RELEASED = FOLDER / "released.yaml"

_HEADER = """\
# What stack {stack} declares, under mocks: made-up ids end in -1a2b3c4 or begin with arn:.
# `make snapshot` writes this file; a change in it is a change in AWS.

"""
_RELEASED_HEADER = """\
# The resources that stacks of the last release hold, by type and name. docs/upgrading.md says
# when this list changes.

"""


def kept_snapshot(stack: str) -> Blocks:
    """The snapshot of a stack as it is kept, or nothing if there is none."""
    path = FOLDER / f"{stack}.yaml"
    return dict(_read(path.read_text())) if path.exists() else {}


def keep_snapshot(stack: str, blocks: Blocks) -> None:
    (FOLDER / f"{stack}.yaml").write_text(_HEADER.format(stack=stack) + as_text(blocks))


def last_release() -> Released:
    return dict(_read(RELEASED.read_text()))


def keep_release(resources: Released) -> None:
    RELEASED.write_text(_RELEASED_HEADER + yaml.safe_dump(resources, width=100))


def _read(text: str) -> dict[str, Any]:
    content = yaml.safe_load(text)
    return content if isinstance(content, dict) else {}
