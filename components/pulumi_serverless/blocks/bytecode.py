"""Bytecode of a bundle's modules, which Lambda would otherwise compile at each cold start.

It is the same bytes from every machine with the same version of CPython: the files are compiled by
an interpreter of their own, without regard to this one's settings, and name themselves by where
Lambda unpacks them.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_WHERE_LAMBDA_UNPACKS = "/var/task"

# What compileall returns if a file is no Python of this version, as some packages have it.
_SOME_NOT_COMPILED = 1


class BytecodeError(Exception):
    """Bytecode cannot be built here; the text says what is needed and how to get it."""


def require_builder(version: str) -> None:
    """Raise BytecodeError unless the Python that runs this is exactly that version of CPython."""
    running = platform.python_version()
    if platform.python_implementation() != "CPython" or running != version:
        raise BytecodeError(
            f"bytecode_python is {version}, so CPython {version} must build the zips, got "
            f"{platform.python_implementation()} {running} ({sys.executable}); create the "
            f"program's virtual environment with it, e.g. by `uv venv --python {version}`, which "
            "installs it if it is missing, or leave bytecode_python out"
        )


@contextmanager
def bytecode_of(
    entries: Mapping[str, Path], python: str = sys.executable
) -> Iterator[dict[str, Path]]:
    """Yield the bytecode of a zip's entries, by its name in the zip, while the block runs.

    An entry that this Python cannot compile has none. Raises BytecodeError if nothing could be
    compiled.
    """
    with tempfile.TemporaryDirectory(prefix="bytecode-") as name:
        folder = Path(name).resolve()
        for entry, source in entries.items():
            if entry.endswith(".py"):
                target = folder / entry
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        _compile(folder, python)
        yield {
            each.relative_to(folder).as_posix(): each for each in folder.rglob("__pycache__/*.pyc")
        }


def _compile(folder: Path, python: str) -> None:
    done = subprocess.run(  # noqa: S603 -- an interpreter, and our own arguments
        [
            # Isolated: neither this machine's variables nor its packages change the result.
            *(python, "-I", "-W", "ignore", "-m", "compileall", "-q", "-o", "0"),
            # Unchecked: Lambda never changes a source, and would read it to compare its hash.
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", str(folder), "-p", _WHERE_LAMBDA_UNPACKS, str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, _SOME_NOT_COMPILED) or done.stderr:
        raise BytecodeError(f"{python} cannot compile the bundle: {done.stderr[-2000:]}")
