"""The Python that functions run with here: the runtime's version, where the machine has it."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

from pulumi_serverless.blocks.foundation import PYTHON_VERSION

_DESCRIBE = """
import platform, sysconfig
options = sysconfig.get_config_var("CONFIG_ARGS") or ""
optimised = "optimised" if "--enable-optimizations" in options else "not optimised"
print(platform.python_implementation(), platform.python_version(), end="; ")
print(platform.python_compiler(), optimised, sep=", ")
"""


@functools.cache
def function_python() -> Path:
    """Return an interpreter of the runtime's version, or else the one that runs this.

    Never that of a virtual environment, whose packages no function has on AWS.
    """
    name = f"python{PYTHON_VERSION}"
    if sys.version_info[:2] == tuple(map(int, PYTHON_VERSION.split("."))):
        return _base(sys.executable)
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{PYTHON_VERSION}.*/bin/{name}"))
    for candidate in (shutil.which(name), *pyenv):
        if candidate is not None and _runs(candidate):
            return _base(candidate)
    return _base(sys.executable)


def description(python: Path) -> str:
    """Return its version, and how it was built."""
    return _output(python, _DESCRIBE)


def description_of(runtime: str) -> str:
    """Return what runs the functions of a runtime, e.g. "nodejs22.x"."""
    if runtime.startswith("python"):
        return description(function_python())
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    return f"Node.js {node.stdout.strip()}"


def _runs(python: str | Path) -> bool:
    # A version manager has a stand-in on the path for versions that are not chosen.
    done = subprocess.run([python, "-c", ""], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def _base(python: str | Path) -> Path:
    return Path(_output(Path(python), "import sys; print(sys._base_executable)"))


def _output(python: Path, code: str) -> str:
    done = subprocess.run(  # noqa: S603 -- an interpreter of this machine
        [str(python), "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
