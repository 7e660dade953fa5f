"""A plugin of pytest: writes which tests run which lines, how long each takes, and which fail.

COVERAGE_FOLDER=... pytest -p scripts.mutants.contexts
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

FOLDER = Path(os.environ["COVERAGE_FOLDER"])
_FOUND: dict[str, dict[str, float]] = {"seconds": defaultdict(float), "failed": {}}

# Before anything that is measured is imported.
_MEASURED = coverage.Coverage(
    data_file=FOLDER / "coverage", source=os.environ["COVERAGE_SOURCES"].split(os.pathsep)
)
# The tests' configuration makes errors of warnings, also of this one, when no test can be imported.
_MEASURED.set_option("run:disable_warnings", ["no-data-collected"])
_MEASURED.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count the lines of a test's fixtures as its own."""
    _MEASURED.switch_context(item.nodeid)
    result = yield
    _MEASURED.switch_context("")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the time that a test takes with its fixtures, and whether it fails."""
    _FOUND["seconds"][report.nodeid] += report.duration
    if report.failed:
        _FOUND["failed"][report.nodeid] = 1


def pytest_unconfigure() -> None:
    """Write everything down."""
    _MEASURED.stop()
    _MEASURED.save()
    (FOLDER / "tests.json").write_text(json.dumps(_FOUND))
