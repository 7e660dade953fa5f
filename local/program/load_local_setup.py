"""What a program needs on this machine beside its stack: `local_setup.py` in its folder, if any.

The file may define

- `set_up(emulator)`, a context manager around the time in which the program is deployed. It creates
what a team has outside the stack, and yields settings that override those of the stack's file,
  as text by their names in Pulumi.yaml.
- `how_to_use(outputs, port)`, which returns what `up` prints last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.program.load_module import load_module
from local.program.project import Project

FILE = "local_setup.py"

SetUp = Callable[[Emulator], AbstractContextManager[Mapping[str, str]]]
HowToUse = Callable[[Mapping[str, Any], int], str]


@contextmanager
def set_up(project: Project, emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """Set up what the program needs, for as long as the block runs; yield its settings."""
    own: SetUp | None = getattr(load_module(project.folder / FILE), "set_up", None)
    if own is None:
        yield {}
        return
    with own(emulator) as settings:
        yield settings


def how_to_use(project: Project, outputs: Mapping[str, Any], port: int) -> str:
    """Return what the program's own file says, or the outputs as `pulumi up` prints them."""
    own: HowToUse | None = getattr(load_module(project.folder / FILE), "how_to_use", None)
    if own is not None:
        return own(outputs, port)
    lines = [f"    {name}: {_as_text(value)}" for name, value in sorted(outputs.items())]
    return "\n".join(["Outputs:", *lines]) if lines else ""


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        # The output `operations` of a stack fills a screen.
        return f"{{ {', '.join(sorted(value))} }}"
    return value if isinstance(value, str) else json.dumps(value)
