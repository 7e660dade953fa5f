"""Whether a budget notices that an optimisation is gone: each is taken out of a copy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.counts import Base, Count, base_of, read_budgets, tasks
from benchmarks.subjects import BARE, BUILD, ROOT, unpacked
from benchmarks.units import UNITS

_LIST = Path(__file__).with_name("optimisations.toml")
_PARTS = ("benchmarks", "components", "docs", "examples", "lambdas", "local", "policy", "scripts")
_SHARED = ("dependencies", "benchmarks")
"""Parts of .build that do not depend on what is changed."""


class ChangeError(Exception):
    """A text that is to be changed is not in its file, or more than once."""


@dataclass(frozen=True)
class Optimisation:
    """One thing that makes functions fast, and how to take it out."""

    name: str
    over: Sequence[str]
    """The budgets that are exceeded without it."""

    changes: Sequence[dict[str, str]]

    def take_out(self, folder: Path) -> None:
        """Change a copy of the repository. Raises ChangeError."""
        for each in self.changes:
            path = folder / each["file"]
            text = path.read_text()
            if (found := text.count(each["old"])) != 1:
                raise ChangeError(
                    f"{_LIST.name}: {self.name}: {each['file']} must have {each['old']!r} once, "
                    f"got {found}; write down what the optimisation is now"
                )
            path.write_text(text.replace(each["old"], each["new"]))


def optimisations() -> list[Optimisation]:
    """Return all of them."""
    return [Optimisation(**each) for each in tomllib.loads(_LIST.read_text())["without"]]


def exceeded(wanted: Sequence[str] = ()) -> Iterator[tuple[str, Count, float]]:
    """Yield each optimisation whose name has one of the texts in it, and for each of its budgets
    what was counted without it, and the budget."""
    budgets = read_budgets()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        unpacked(BARE, Path(name))
        base = base_of(Path(name))
    for each in optimisations():
        if not wanted or any(text in each.name for text in wanted):
            for count in _counted_without(each, base):
                yield each.name, count, budgets[count.name]


def _counted_without(optimisation: Optimisation, base: Base) -> list[Count]:
    with tempfile.TemporaryDirectory(prefix="without-") as name:
        folder = Path(name)
        copy_to(folder)
        optimisation.take_out(folder)
        roots = [folder, folder / "components", folder / "lambdas"]
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "benchmarks.without", *map(str, base[1:]), *optimisation.over],
            cwd=folder,
            # Before the folders that the environment has installed.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [Count(**each) for each in json.loads(done.stdout)]


def copy_to(folder: Path) -> None:
    """Copy what functions and programs are made of; what was installed is shared."""
    ignored = shutil.ignore_patterns("__pycache__", ".build", ".local")
    for part in _PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    for part in _SHARED:
        (folder / ".build").mkdir(exist_ok=True)
        (folder / ".build" / part).symlink_to(BUILD / part)


def _count(names: Sequence[str], base: Base) -> list[Count]:
    """Count these in the repository that this module is of."""
    known = tasks(base)
    found = [count for name in {_task_of(each) for each in names} for count in known[name]()]
    return [count for count in found if count.name in names]


def _task_of(name: str) -> str:
    """Return the key of the task that counts it."""
    table, _, what = name.partition(".")
    if what in {unit.name for unit in UNITS}:
        return f"init.{what}"
    return "zip.create-task" if table == "zip" else name


def main(arguments: Sequence[str]) -> None:
    """Print the named counts as JSON; the first three arguments are the base's."""
    start, init, warm, *names = arguments
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        base = Base(Path(name), int(start), float(init), float(warm))
        found: list[dict[str, Any]] = [vars(each) for each in _count(names, base)]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
