"""Starts a program's process, which waits until it is told where its monitor is.

It imports Pulumi meanwhile, as its starter does: nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.program.project import Project

_RUN = Path(__file__).with_name("inside_child_process.py")


class ChildProcess:
    """A program's process. `with` ends it, if it still waits or runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> ChildProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()

    def run(self, monitor: str) -> tuple[int, str]:
        """Let it run against the monitor at this address; return its status and its errors."""
        _, errors = self._process.communicate(f"{monitor}\n")
        return self._process.returncode, errors


def start(
    project: Project,
    stack: str,
    config: Mapping[str, str],
    python: Path,
    environment: Mapping[str, str],
) -> ChildProcess:
    """Start the program with `python` in its own folder.

    `config` maps full keys to values as the engine passes them; `environment` takes the place of
    whatever is set for AWS here.
    """
    process = subprocess.Popen(  # noqa: S603 -- the program that the user asked for
        [python, str(_RUN), project.name, stack, str(project.main)],
        cwd=project.folder,
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
            **environment,
            "PULUMI_CONFIG": json.dumps(dict(config)),
            "PULUMI_ERROR_OUTPUT_STRING": "1",
        },
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return ChildProcess(process)
