"""Where a preview of the root program spends its time: imports by package, and the program itself.

With the Pulumi CLI on PATH (`scripts/pulumi_cli.py` finds or builds it), also what the engine takes
for a preview in which nothing has changed, against the emulator.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator

from benchmarks.subjects import ROOT
from local.emulator.start import free_port

_ROUNDS = 3
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
_SHOWN = 12
_PROGRAM = """
import time
started = time.perf_counter()
from pathlib import Path
from local.program.project import read_project
from pulumi_serverless.testing import AwsMocks, run_program
project = read_project(Path())
imported = time.perf_counter()
graph = run_program(Path(), project=project.name, stack="prod", config=project.config("prod"),
                    mocks=AwsMocks(), preview=True)
print(imported - started, time.perf_counter() - imported, len(graph.all))
"""
_NOT_IN_A_PREVIEW = ("local", "yaml")
"""Imported only to run the program under mocks."""


def modules() -> list[tuple[str, float, float]]:
    """Return packages, the milliseconds that their imports take, and the share of all of them."""
    rounds = [_imports() for _ in range(_ROUNDS)]
    names = {name for each in rounds for name in each}
    # What else the machine does can only make an import longer.
    took = {name: min(each[name] for each in rounds) for name in names}
    whole = sum(took.values())
    rows = sorted(took.items(), key=lambda item: -item[1])
    shown = [(name, each, each / whole) for name, each in rows[:_SHOWN]]
    others = sum(each for _, each in rows[_SHOWN:])
    return [*shown, ("others", others, others / whole), ("all", whole, 1.0)]


def _imports() -> dict[str, float]:
    """Run the program under mocks, and return the milliseconds of each package's imports; "the
    program itself" is what is left of its run."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-X", "importtime", "-c", _PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    took: dict[str, float] = defaultdict(float)
    imports = 0.0
    for micros, module in _IMPORTED.findall(done.stderr):
        package = _package(module)
        if package not in _NOT_IN_A_PREVIEW:
            took[package] += int(micros) / 1000
        imports += int(micros) / 1000
    before, whole, _ = map(float, done.stdout.split())
    took["the program itself"] = max((before + whole) * 1000 - imports, 0)
    return took


def _package(module: str) -> str:
    first, _, rest = module.partition(".")
    if first in sys.stdlib_module_names or first.startswith("_"):
        return "the standard library"
    return f"{first}.{rest.partition('.')[0]}" if first == "google" else first


def engine_seconds() -> Iterator[tuple[int, int, float]]:
    """Yield the number of a preview with nothing changed, its resources and the engine's seconds;
    nothing without the Pulumi CLI."""
    if shutil.which("pulumi") is None:
        return
    port = str(free_port())
    try:
        _pulumi(port, "up", "--yes", "--skip-preview", "--non-interactive")
        for number in range(1, _ROUNDS + 1):
            printed = _pulumi(port, "preview", "--json", "--non-interactive")
            summary = json.loads(printed[printed.index("{") :])
            changes = summary["changeSummary"]
            if {*changes} != {"same"}:
                raise RuntimeError(f"a preview must find nothing changed, got {changes}")
            yield number, changes["same"], summary["duration"] / 1e9
    finally:
        _local("down", "--port", port)


def _pulumi(port: str, *arguments: str) -> str:
    return _local("pulumi", "--port", port, *arguments)


def _local(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
