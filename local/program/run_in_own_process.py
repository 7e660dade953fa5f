"""Runs a program in a process of its own, and returns what it declared."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.program.monitor import serving_monitor
from local.program.project import Project
from pulumi_serverless.testing import Graph

_RUN = Path(__file__).with_name("inside_child_process.py")


class ProgramFailedError(Exception):
    """The program failed; the message is what it printed."""


def run_project(
    project: Project,
    *,
    stack: str,
    config: Mapping[str, str],
    python: Path,
    graph: Graph,
    environment: Mapping[str, str],
) -> None:
    """Run the program with `python` in its own folder, and record it in `graph`.

    `config` maps full keys to values as the engine passes them; `environment` takes the place of
    whatever is set for AWS here. What the program prints is shown. Raises the graph's own errors,
    and ProgramFailedError with the program's traceback for what the program raised.
    """
    with serving_monitor(graph, project=project.name, stack=stack) as (monitor, address):
        result = subprocess.run(  # noqa: S603 -- the program that the user asked for
            [python, str(_RUN), address, project.name, stack, str(project.main)],
            cwd=project.folder,
            env={
                **{key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
                **environment,
                "PULUMI_CONFIG": json.dumps(dict(config)),
                "PULUMI_ERROR_OUTPUT_STRING": "1",
            },
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if monitor.error is not None:
        raise monitor.error
    if result.returncode:
        raise ProgramFailedError(
            f"the program in {project.folder} ended with status {result.returncode}:\n"
            f"{result.stderr.strip()}"
        )
