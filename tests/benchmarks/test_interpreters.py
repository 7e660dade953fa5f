"""Functions run with the runtime's version of Python where the machine has it, and bare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.interpreters import description, function_python

PACKAGES = "import sys; print(sys.prefix == sys.base_prefix)"


def test_functions_see_no_packages_of_a_virtual_environment() -> None:
    done = subprocess.run(  # noqa: S603 -- an interpreter of this machine
        [function_python(), "-c", PACKAGES], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_an_interpreter_is_described_by_version_and_build() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    found = description(Path(sys.executable))

    assert found.startswith(f"CPython {version}; ")
    assert found.endswith("optimised")
