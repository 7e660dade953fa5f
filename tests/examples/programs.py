"""Every example program, run under mocks as somebody else's project."""

from __future__ import annotations

from pulumi_serverless.testing import AwsMocks, Graph, run_program
from tests.program.programs import ROOT

FOLDER = ROOT / "examples"
EXAMPLES = sorted(path.parent.name for path in FOLDER.glob("*/Pulumi.yaml"))


def run_example(name: str, *, preview: bool = False) -> Graph:
    """Run `examples/<name>` for a stack dev."""
    return run_program(
        FOLDER / name,
        project=name,
        stack="dev",
        mocks=AwsMocks(preview=preview),
        preview=preview,
    )
