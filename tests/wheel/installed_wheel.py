"""The wheel, built from this repository, in an environment with it and what its extra ops needs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.program.programs import ROOT

_SOURCES = ("components", "lambdas", "serverless_ops", "pyproject.toml", "README.md", "LICENSE")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


def copy_sources(folder: Path) -> Path:
    """Copy what the library is built from: setuptools writes beside what it builds."""
    source = folder / "source"
    source.mkdir()
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=_LEFT_OUT)
        else:
            shutil.copy(ROOT / name, source)
    return source


def build_wheel(folder: Path) -> Path:
    """Build the wheel in `folder`, as pip does, which only takes longer to ask for it."""
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    _run([sys.executable, "-c", build, folder], cwd=copy_sources(folder))
    return next(folder.glob("*.whl"))


@dataclass(frozen=True)
class Elsewhere:
    """A folder with a program, and the Python it runs with."""

    python: Path
    folder: Path

    def run(self, statements: str, *arguments: str) -> Any:
        """Run Python in the program's folder; return what it printed, as JSON."""
        printed = _run(
            [self.python, "-c", statements, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]},
        )
        return json.loads(printed)


def elsewhere(wheel: Path, folder: Path) -> Elsewhere:
    """Install the wheel into its own environment and put the program beside it.

    The requirements of the wheel and of its extra `ops`, and no more, are linked from this
    environment instead of downloaded.
    """
    venv.EnvBuilder(symlinks=True).create(folder / ".venv")
    python = folder / ".venv" / "bin" / "python"
    site = next((folder / ".venv" / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (distribution,) = importlib.metadata.distributions(name="pulumi-serverless", path=[str(site)])
    # For any machine, and without scripts and data: pip would only unpack it, too.
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not distribution.entry_points
    assert not list(site.glob("*.data"))
    # The program's own handlers import boto3, which Lambda's runtime has.
    _link(site, [*(distribution.requires or ()), "boto3"])

    shutil.copytree(ROOT / "tests" / "wheel" / "program", folder / "program")
    # Downloaded once for all: the lock files in the wheel are the ones in the repository.
    (folder / "program" / ".build").mkdir()
    (ROOT / ".build" / "dependencies").mkdir(parents=True, exist_ok=True)
    (folder / "program" / ".build" / "dependencies").symlink_to(ROOT / ".build" / "dependencies")
    return Elsewhere(python, folder / "program")


def _link(site: Path, requirements: Iterable[str]) -> None:
    wanted, seen = [Requirement(each) for each in requirements], set()
    while wanted:
        requirement = wanted.pop()
        if requirement.name in seen or not _applies(requirement):
            continue
        seen.add(requirement.name)
        distribution = importlib.metadata.distribution(requirement.name)
        wanted += [each for each in map(Requirement, distribution.requires or ()) if _plain(each)]
        for top in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution.locate_file(top))))


def _plain(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": "ops"})


def _run(command: list[Any], **where: Any) -> str:
    done = subprocess.run(  # noqa: S603 -- our own interpreters and arguments
        [str(part) for part in command], capture_output=True, text=True, check=False, **where
    )
    if done.returncode:
        raise RuntimeError(f"{command[:4]} failed: {done.stderr[-3000:]}")
    return str(done.stdout)
