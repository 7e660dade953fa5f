"""Where the snapshots are kept: one stack in full, and the differences of every other one."""

from __future__ import annotations

import yaml

from tests.program.programs import ROOT, run_stack
from tests.snapshots.graph_text import Blocks, as_text, differences, snapshot

FOLDER = ROOT / "tests" / "snapshots"
BASE = "dev"

_WHOLE = """\
# What stack {stack} declares, under mocks: fake ids end in -1a2b3c4 or begin with arn:, and
# {{stack}} stands for the stack's name. `make snapshot` writes this file; a change in it is a
# change in AWS.

"""
_DIFFERENCES = """\
# How stack {stack} differs from {base}.yaml: for each resource the values that differ, by their
# path. A resource of {stack} alone is whole here; null is what {stack} lacks.
# `make snapshot` writes this file; a change in it is a change in AWS.

"""


def kept(stack: str) -> Blocks:
    """What is kept of a stack; nothing if there is no file."""
    path = FOLDER / f"{stack}.yaml"
    return dict(yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def current(stack: str) -> Blocks:
    """What there is to keep of a stack: all of the base, of any other what differs."""
    own = snapshot(run_stack(stack))
    return own if stack == BASE else differences(snapshot(run_stack(BASE)), own)


def keep(stack: str, blocks: Blocks) -> None:
    """Write a stack's file."""
    header = _WHOLE if stack == BASE else _DIFFERENCES
    text = header.format(stack=stack, base=BASE) + as_text(blocks)
    (FOLDER / f"{stack}.yaml").write_text(text)
