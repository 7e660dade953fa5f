"""Where the snapshots are kept: one stack in full, the differences of every other one, and the
components that no stack has, each as an example has it."""

from __future__ import annotations

from functools import cache

import yaml

from tests.program.programs import ROOT, STACKS, deploy, run_stack
from tests.snapshots.graph_text import Blocks, as_text, differences, inside, operated, snapshot

FOLDER = ROOT / "tests" / "snapshots"
BASE = "dev"

SHOWN = {
    "aggregator": {"Aggregator"},
    "circuit_breaker": {"CircuitBreaker"},
    "fifo_consumer": {"FifoConsumer"},
    "frugal_consumer": {"FrugalConsumer"},
    "gatekeeper": {"Gatekeeper"},
    "internal_api": {"InternalApi"},
    "notifier": {"Notifier", "Publisher"},
    "robust_api": {"RobustApi", "Bus", "BusRule"},
    "scalable_webhook": {"ScalableWebhook"},
    "strangler": {"StranglerFacade"},
}
"""Which components are kept of an example."""

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

_COMPONENTS = """\
# What {components} of examples/{stack} declares, under mocks, as in {base}.yaml; and
# what the program's dashboard shows, and tools find.
# `make snapshot` writes this file; a change in it is a change in AWS.

"""


def kept(name: str) -> Blocks:
    """What is kept of a stack or an example; nothing if there is no file."""
    path = FOLDER / f"{name}.yaml"
    return dict(yaml.load(path.read_text(), yaml.CSafeLoader) or {}) if path.exists() else {}


def current(name: str) -> Blocks:
    """What there is to keep: all of the base, of any other stack what differs, of an example its
    components and how they are operated."""
    if name in SHOWN:
        graph = deploy(ROOT / "examples" / name)
        return snapshot(graph, inside(graph, SHOWN[name])) | operated(graph)
    return _base() if name == BASE else differences(_base(), snapshot(run_stack(name)))


@cache
def _base() -> Blocks:
    return snapshot(run_stack(BASE))


def keep(name: str, blocks: Blocks) -> None:
    """Write the file of a stack or an example."""
    header = _COMPONENTS if name in SHOWN else _WHOLE if name == BASE else _DIFFERENCES
    components = " and ".join(sorted(SHOWN.get(name, ())))
    text = header.format(stack=name, base=BASE, components=components) + as_text(blocks)
    (FOLDER / f"{name}.yaml").write_text(text)


KEPT = [*STACKS, *SHOWN]
"""Every stack and example of which there is a file."""
