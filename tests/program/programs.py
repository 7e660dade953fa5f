"""The programs of this repository, run under mocks: the root's for a stack, and every example."""

from __future__ import annotations

from pathlib import Path

import yaml

from local.stack_files import read_stack
from pulumi_serverless.testing import AwsMocks, Graph, run_program

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
PROGRAMS = [ROOT, *sorted(path.parent for path in ROOT.glob("examples/*/Pulumi.yaml"))]


def run_stack(name: str, *, preview: bool = False, **changed: str | None) -> Graph:
    """Run `__main__.py` for a stack; `changed` are settings to override, as text, None for none."""
    stack = read_stack(ROOT, name)
    overrides = {f"{stack.project}:{key}": value for key, value in changed.items()}
    config = {key: value for key, value in {**stack.config, **overrides}.items() if value}
    return _run(ROOT, name, config, preview=preview)


def deploy(folder: Path, *, preview: bool = False) -> Graph:
    """Run the program in `folder` for a stack dev, without configuration if it has no such file."""
    has_stack = (folder / "Pulumi.dev.yaml").exists()
    config = read_stack(folder, "dev").config if has_stack else {}
    return _run(folder, "dev", config, preview=preview)


def project_of(folder: Path) -> str:
    """Name of the Pulumi project in `folder`."""
    return str(yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"])


def _run(folder: Path, stack: str, config: dict[str, str], *, preview: bool = False) -> Graph:
    return run_program(
        folder,
        project=project_of(folder),
        stack=stack,
        config=config,
        mocks=AwsMocks(preview=preview),
        preview=preview,
    )
