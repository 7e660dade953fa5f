"""Keeps what every stack declares now: `make snapshot`."""

from __future__ import annotations

from tests.program.programs import STACKS
from tests.snapshots.files import current, keep

if __name__ == "__main__":
    for stack in STACKS:
        keep(stack, current(stack))
