"""Which tests to try a change with: those that run the changed lines, in an unchanged copy."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from coverage import CoverageData

from scripts.mutants.changes import Change
from scripts.mutants.trials import Trials

_RAN = (0, 1)  # all passed, or some failed
_START_SECONDS = 60
_TIMES_SLOWER = 10

_OF_EVERY_MODULE = {
    "lambdas/serverless_runtime": "tests/lambdas/test_runtime_arguments.py",
    "components/pulumi_serverless": "tests/components/test_arguments.py",
}
"""By part, the tests that look at whatever they find in it, and so name nothing of it."""


class Selection:
    """What ran when nothing was changed."""

    def __init__(self, trials: Trials, folder: Path) -> None:
        found = json.loads((folder / "tests.json").read_text())
        self._copy = trials.copy
        self.failed = {_without_parameters(test) for test in found["failed"]}
        self._seconds: dict[str, float] = defaultdict(float)
        for test, seconds in found["seconds"].items():
            self._seconds[_without_parameters(test)] += seconds
        self._data = CoverageData(str(folder / "coverage"))
        self._data.read()
        self._by_file: dict[str, list[str]] = defaultdict(list)
        for test in self._seconds:
            if test not in self.failed:
                self._by_file[_file_of(test)].append(test)

    def stages(self, change: Change) -> list[list[str]]:
        """Return the tests that run the changed lines, and then the others of their files.

        Their files, because what a fixture of a module runs counts for its first test alone. Lines
        that only an import runs are seen by whatever runs anything else of the module.
        """
        by_line = self._data.contexts_by_lineno(str((self._copy / change.module).resolve()))
        exact = self._passed(test for line in change.lines() for test in by_line.get(line, ()))
        stages = [self._order(change, exact)]
        whole = exact or self._passed(test for tests in by_line.values() for test in tests)
        files = {_file_of(test) for test in whole} | self._naming(change.module)
        files |= of_every_module(change.module)
        others = {test for file in files for test in self._by_file.get(file, ())} - exact
        return [stage for stage in (*stages, self._order(change, others)) if stage]

    def timeout_seconds(self, tests: Sequence[str]) -> float:
        """Return how long the tests may take at most."""
        return _START_SECONDS + _TIMES_SLOWER * sum(self._seconds[test] for test in tests)

    def _passed(self, tests: Iterable[str]) -> set[str]:
        ran = {_without_parameters(test) for test in tests}
        return {test for test in ran if test in self._seconds and test not in self.failed}

    def _naming(self, module: Path) -> set[str]:
        dotted = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
        name = dotted.removeprefix("components.").removeprefix("lambdas.")
        return {file for file in self._by_file if name in (self._copy / file).read_text()}

    def _order(self, change: Change, tests: set[str]) -> list[str]:
        """The likeliest first: those of the file named like the module, then the fast ones."""
        naming = self._naming(change.module)

        def unlikely(test: str) -> tuple[bool, bool, float]:
            file = _file_of(test)
            return change.module.stem not in file, file not in naming, self._seconds[test]

        return sorted(tests, key=unlikely)


def of_every_module(path: Path) -> set[str]:
    """Return the files of tests that look at all modules of the path's part."""
    return {file for part, file in _OF_EVERY_MODULE.items() if path.is_relative_to(part)}


def _without_parameters(test: str) -> str:
    # A change may change them.
    return test.partition("[")[0]


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def select(trials: Trials, folder: Path, sources: Sequence[str], tests: Sequence[str]) -> Selection:
    """Run the tests once with nothing changed."""
    folder.mkdir()
    code = trials.pytest(
        ["-p", "scripts.mutants.contexts"],
        tests,
        COVERAGE_FOLDER=str(folder),
        COVERAGE_SOURCES=":".join(str(trials.copy / each) for each in sources),
    )
    if code not in _RAN:
        sys.exit(f"the tests do not run with nothing changed:\n{trials.output()}")
    return Selection(trials, folder)
