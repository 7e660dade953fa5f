"""Keeps what the program declares now: `make snapshot`, or with the word `release` a release."""

from __future__ import annotations

import sys

from tests.program.programs import STACKS, run_stack
from tests.snapshots.files import keep_release, keep_snapshot
from tests.snapshots.graph_text import snapshot
from tests.snapshots.released import released


def main(arguments: list[str]) -> None:
    if arguments == ["release"]:
        keep_release(released(run_stack("dev")))
    elif arguments:
        sys.exit(f"python -m tests.snapshots takes nothing or the word release, got {arguments}")
    else:
        for stack in STACKS:
            keep_snapshot(stack, snapshot(run_stack(stack)))


if __name__ == "__main__":
    main(sys.argv[1:])
