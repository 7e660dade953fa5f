"""The project's own program, run for a stack under mocks."""

from __future__ import annotations

from pathlib import Path

from local.stack_files import read_stack
from pulumi_serverless.testing.mocks import AwsMocks
from pulumi_serverless.testing.program import Graph, run_program

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


def run_stack(name: str, *, preview: bool = False, **changed: str | None) -> Graph:
    """Run `__main__.py` for a stack; `changed` are settings to override, as text, None for none."""
    stack = read_stack(ROOT, name)
    overrides = {f"{stack.project}:{key}": value for key, value in changed.items()}
    config = {key: value for key, value in {**stack.config, **overrides}.items() if value}
    return run_program(
        ROOT,
        project=stack.project,
        stack=name,
        config=config,
        mocks=AwsMocks(preview=preview),
        preview=preview,
    )
