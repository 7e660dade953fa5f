"""The Python environment of a program: the one its Pulumi.yaml names, created if it does not
exist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.program.project import Project, ProjectError

_TAIL_LINES = 15


def python_of(project: Project) -> Path:
    """The interpreter that the program runs with.

    If the virtual environment does not exist yet, it is created as by `pulumi install`, with
    everything in the project's requirements.txt. Raises ProjectError with pip's last lines.
    """
    if project.virtualenv is None:
        return Path(sys.executable)
    python = project.virtualenv / "bin" / "python"
    if not python.exists():
        _make(project, project.virtualenv, python)
    return python


def _make(project: Project, folder: Path, python: Path) -> None:
    requirements = project.folder / "requirements.txt"
    if not requirements.is_file():
        raise ProjectError(
            f"{project.folder} has neither its virtual environment {folder.name} nor a "
            "requirements.txt to create it from"
        )
    try:
        _run(project, [sys.executable, "-m", "venv", str(folder)])
        _run(project, [str(python), "-m", "pip", "install", "--requirement", str(requirements)])
    except BaseException:
        # An incomplete environment would be taken for a complete one the next time.
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _run(project: Project, command: list[str]) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    result = subprocess.run(  # noqa: S603 -- our own interpreter, or one that it made
        command,
        cwd=project.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        tail = "\n".join((result.stdout + result.stderr).splitlines()[-_TAIL_LINES:])
        raise ProjectError(
            f"the environment of {project.folder} could not be created; "
            f"`{' '.join(command[1:])}` ended with:\n{tail}"
        )
