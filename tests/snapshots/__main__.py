"""Keeps what every stack declares now, and the components of examples: `make snapshot`."""

from __future__ import annotations

from tests.snapshots.files import KEPT, current, keep

if __name__ == "__main__":
    for name in KEPT:
        keep(name, current(name))
