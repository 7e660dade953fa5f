"""The programs of this repository, run under mocks: the root's for a stack, and every example."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, Graph, run_program

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/Pulumi.yaml"))
PROGRAMS = [ROOT, *EXAMPLES]


def run_stack(name: str, *, preview: bool = False, **changed: str | None) -> Graph:
    """Run `__main__.py` for a stack; `changed` are settings to override, as text, None for none."""
    project = read_project(ROOT)
    overrides = {f"{project.name}:{key}": value for key, value in changed.items()}
    config = {key: value for key, value in {**project.config(name), **overrides}.items() if value}
    return _run(ROOT, name, tuple(config.items()), preview=preview)


def deploy(folder: Path, *, preview: bool = False) -> Graph:
    """Run the program in `folder` for its stack dev."""
    config = tuple(read_project(folder).config("dev").items())
    return _run(folder, "dev", config, preview=preview)


def run_in(
    folder: Path,
    mocks: AwsMocks,
    *,
    stack: str = "dev",
    secret: Sequence[str] = (),
    **changed: str,
) -> Graph:
    """Run the program in `folder` for one of its stacks under these mocks, with settings changed,
    and some of them secret."""
    project = read_project(folder)
    overrides = {f"{project.name}:{key}": value for key, value in changed.items()}
    return run_program(
        folder,
        project=project.name,
        stack=stack,
        config={**project.config(stack), **overrides},
        secret_keys=[f"{project.name}:{key}" for key in secret],
        mocks=mocks,
    )


def project_of(folder: Path) -> str:
    """Name of the Pulumi project in `folder`."""
    return read_project(folder).name


@cache
def _run(
    folder: Path, stack: str, config: tuple[tuple[str, str], ...], *, preview: bool = False
) -> Graph:
    """Run a program once for all tests of a process: none changes what it declared."""
    return run_program(
        folder,
        project=project_of(folder),
        stack=stack,
        config=dict(config),
        mocks=AwsMocks(preview=preview),
        preview=preview,
    )
