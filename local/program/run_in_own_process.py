"""Runs a program in a process of its own, and returns what it declared."""

from __future__ import annotations

from local.errors import ExpectedError
from local.program.child_process import ChildProcess
from local.program.monitor import serving_monitor
from local.program.project import Project
from pulumi_serverless.testing import DuplicateResourceError, Graph


class ProgramFailedError(ExpectedError):
    """The program failed; the message is what it printed."""


def run_project(project: Project, stack: str, process: ChildProcess, graph: Graph) -> None:
    """Let the program's process run, and record what it declares in `graph`.

    What the program prints is shown. Raises the graph's own errors, and ProgramFailedError with the
    program's traceback for what the program raised, or for two resources with one name.
    """
    with process, serving_monitor(graph, project=project.name, stack=stack) as (monitor, address):
        status, errors = process.run(address)
    if isinstance(monitor.error, DuplicateResourceError):
        raise ProgramFailedError(str(monitor.error)) from monitor.error
    if monitor.error is not None:
        raise monitor.error
    if status:
        raise ProgramFailedError(
            f"the program in {project.folder} ended with status {status}:\n{errors.strip()}"
        )
