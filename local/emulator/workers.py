"""The processes of an emulator, and of the functions that run in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psutil

from local.emulator.start import Emulator


def emulator_processes(emulator: Emulator) -> Iterator[psutil.Process]:
    """The processes of this emulator, which this process has started."""
    directory = f"{emulator.log.parent}/"
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if directory in process.cmdline():
                yield process


def function_processes(emulator: Emulator) -> list[tuple[psutil.Process, str]]:
    """The functions' processes, each with the function's name."""
    found: list[tuple[psutil.Process, str]] = []
    for parent in emulator_processes(emulator):
        with suppress(psutil.Error):
            for process in parent.children(recursive=True):
                name = process.environ().get("AWS_LAMBDA_FUNCTION_NAME")
                found += [(process, name)] if name else []
    return found
