"""Which stacks a change affects: changed_stacks.py BASE, as a JSON list for a workflow's matrix.

A stack's own files affect only it, documents and tests affect none, and everything else affects
all. Without BASE it lists every stack in AWS. Standard library only: nothing is installed yet.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOT_IN_AWS = "local"
_TOUCH_NO_STACK = (
    "docs/",
    "tests/",
    "examples/",
    "local/",
    "serverless_ops/",
    "deploy_roles/",
    ".github/",
)


def stacks() -> list[str]:
    """Every stack in AWS that has a file."""
    names = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
    return [name for name in names if name != NOT_IN_AWS]


def touched(files: Iterable[str], names: list[str]) -> list[str]:
    """The stacks among `names` that a change of these files may affect."""
    found: set[str] = set()
    for file in files:
        owner = _owner(file)
        if owner is not None:
            found.add(owner)
        elif not file.startswith(_TOUCH_NO_STACK) and not file.endswith(".md"):
            return names
    return [name for name in names if name in found]


def _owner(file: str) -> str | None:
    """The stack that a file belongs to: Pulumi.<stack>.yaml, policy/<stack>.json."""
    path = Path(file)
    if path.match("Pulumi.*.yaml") and len(path.parts) == 1:
        return path.name.split(".")[1]
    if path.match("policy/*.json"):
        return path.stem
    return None


def main(arguments: list[str]) -> None:
    names = stacks()
    if arguments:
        git = ["git", "diff", "--name-only", f"{arguments[0]}...HEAD"]
        diff = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        names = touched(diff.stdout.splitlines(), names)
    sys.stdout.write(json.dumps(names) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
