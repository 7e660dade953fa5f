"""Changes the code at random, one operator, constant or keyword at a time, and looks whether a test
notices: `make mutants COUNT=50 SEED=1`.

The changes are made in a copy of the working tree. The tests run once in it with nothing changed,
to see which of them run which lines; not end to end. Each change is then tried with those that run
its lines, and, if none fails, with the rest of their files.
"""

from __future__ import annotations

import argparse
import ast
import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from scripts.mutants.changes import Change, changes
from scripts.mutants.selection import Selection, of_every_module, select
from scripts.mutants.trials import Trials

ROOT = Path(__file__).parents[2]
TESTS_OF = {
    "lambdas/serverless_runtime": ["tests/lambdas", "tests/model_tests", "tests/components"],
    "components/pulumi_serverless": [
        "tests/components",
        "tests/program",
        "tests/snapshots",
        "tests/examples",
    ],
    "serverless_ops": ["tests/ops"],
}
"""Source folders, and the tests of each."""

_OF_EVERYTHING = ("tests/snapshots",)
_SOURCE_ROOTS = ("components", "lambdas")

TARGET_PERCENT = 95


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="how many changes (50)")
    parser.add_argument("--seed", type=int, default=1, help="decides which (1)")
    parser.add_argument("--skip", type=int, default=0, help="how many were tried before (0)")
    parser.add_argument("paths", nargs="*", help="files or folders; all parts if left out")
    chosen = parser.parse_args()
    modules = modules_of(chosen.paths or list(TESTS_OF))
    parts = [part for part in TESTS_OF if any(each.is_relative_to(part) for each in modules)]
    tests = tests_of(chosen.paths or parts)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trials = Trials(ROOT, Path(folder))
        say(f"Running {len(tests)} files of tests with nothing changed")
        selection = select(trials, Path(folder) / "selection", parts, tests)
        for test in sorted(selection.failed):
            say(f"left out, because it fails with nothing changed: {test}")
        possible = changes(trials.copy, modules, chosen.seed)
        tried = list(islice(possible, chosen.skip, chosen.skip + chosen.count))
        require_passing(trials, selection, tried)
        sys.exit(int(run(trials, selection, tried, chosen.skip)))


def modules_of(paths: Sequence[str]) -> list[Path]:
    """Return the modules among files and folders. Exits for what is no part with tests."""
    found = []
    for each in paths:
        path = (ROOT / each).resolve()
        inside = [part for part in TESTS_OF if path.is_relative_to(ROOT / part)]
        if not inside or not path.exists():
            sys.exit(f"{each} must be a file or folder in {', '.join(TESTS_OF)}")
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [path.relative_to(ROOT) for path in found]


def tests_of(paths: Sequence[str]) -> list[str]:
    """Return the files of tests that name something of the paths, or mirror them."""
    found: set[Path] = set()
    for each in paths:
        path = (ROOT / each).resolve().relative_to(ROOT).with_suffix("")
        part = next(part for part in TESTS_OF if path.is_relative_to(part))
        dotted = ".".join(path.parts[1:] if path.parts[0] in _SOURCE_ROOTS else path.parts)
        named = re.compile(rf"\b({'|'.join([re.escape(dotted), *_classes(modules_of([each]))])})\b")
        for folder in TESTS_OF[part]:
            mirrored = ROOT / folder / path.relative_to(part)
            for file in (ROOT / folder).rglob("test_*.py"):
                whole = folder in _OF_EVERYTHING or file.is_relative_to(mirrored)
                if whole or named.search(file.read_text()):
                    found.add(file)
        found |= {ROOT / file for file in of_every_module(path) if (ROOT / file).exists()}
    return sorted(str(file.relative_to(ROOT)) for file in found)


def _classes(modules: Sequence[Path]) -> list[str]:
    """Return the names of public classes, by which tests import them from their package."""
    nodes = [node for each in modules for node in ast.parse((ROOT / each).read_text()).body]
    names = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    return [name for name in names if not name.startswith("_")]


def require_passing(trials: Trials, selection: Selection, tried: Sequence[Change]) -> None:
    """Exit if the tests of the first change fail without it, or nothing would mean anything."""
    for change in tried[:1]:
        unchanged = replace(change, after=change.before)
        for tests in selection.stages(change):
            if trials.fails(unchanged, tests, selection.timeout_seconds(tests)):
                sys.exit(f"the tests fail with nothing changed:\n{trials.output()}")


def run(trials: Trials, selection: Selection, tried: Sequence[Change], skipped: int) -> bool:
    """Try the changes, print what survives, and return whether that is too many."""
    survived = 0
    for number, change in enumerate(tried, skipped + 1):
        started = time.monotonic()
        noticed = any(
            trials.fails(change, tests, selection.timeout_seconds(tests))
            for tests in selection.stages(change)
        )
        survived += not noticed
        took = f"{time.monotonic() - started:.0f} s"
        say(f"{number} {'noticed' if noticed else 'SURVIVED'} {change.module} ({took})")
        if not noticed:
            say(change.diff())
    percent = 100 * (len(tried) - survived) / len(tried) if tried else 100
    say(f"{len(tried) - survived} of {len(tried)} changes were noticed: {percent:.0f} %")
    return percent < TARGET_PERCENT


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
