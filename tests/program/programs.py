"""The programs of this repository, run under mocks: the root's for a stack, and every example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from local.program.project import read_project
from pulumi_serverless import (
    AlarmTopic,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    NotificationService,
    NotificationServiceArgs,
    Operations,
    OperationsArgs,
)
from pulumi_serverless.testing import AwsMocks, Graph, run_program
from stack_config import StackConfig

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/Pulumi.yaml"))
PROGRAMS = [ROOT, *EXAMPLES]


def run_stack(name: str, *, preview: bool = False, **changed: str | None) -> Graph:
    """Run `__main__.py` for a stack; `changed` are settings to override, as text, None for none."""
    config = tuple(_config_of_stack(name, changed).items())
    return _run(ROOT, name, config, preview=preview)


def run_part(part: Callable[[StackConfig], object], **changed: str | None) -> Graph:
    """Run a part of `__main__.py` for stack dev, with settings changed as for `run_stack`."""
    return run_program(
        lambda: part(StackConfig.load()),
        project=project_of(ROOT),
        stack="dev",
        config=_config_of_stack("dev", changed),
        mocks=AwsMocks(),
    )


def notifications(config: StackConfig) -> None:
    """The part of `__main__.py` that is about notifications, and what operators see of it."""
    foundation = config.foundation(AlarmTopic("alarms", config.alarm_topic()), None)
    dead_letters = DeadLetterQueue(
        "task-events-dead-letters", DeadLetterQueueArgs(foundation=foundation)
    )
    service = NotificationService(
        "notifications",
        NotificationServiceArgs(
            foundation=foundation, channels=config.channels, dead_letter_queue=dead_letters
        ),
    )
    Operations("operations", OperationsArgs(foundation=foundation, watched=[service]))


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


def _config_of_stack(name: str, changed: Mapping[str, str | None]) -> dict[str, str]:
    project = read_project(ROOT)
    overrides = {f"{project.name}:{key}": value for key, value in changed.items()}
    return {key: value for key, value in {**project.config(name), **overrides}.items() if value}


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
