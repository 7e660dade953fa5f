"""`python -m local`, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local.emulator.start import EmulatorError, free_port, require_free_port
from local.instance import ROOT
from local.wait import wait_until


def local(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in the repository's folder."""
    return subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def port_for_up() -> Iterator[int]:
    """A free port whose next one is free, too; what runs on it afterwards is taken down."""
    port = wait_until(_port_with_a_free_next, "two free ports in a row", seconds=5) or 0
    try:
        yield port
    finally:
        local("down", "--port", str(port))


def _port_with_a_free_next() -> int | None:
    port = free_port()
    try:
        require_free_port(port + 1)
    except EmulatorError:
        return None
    return port
