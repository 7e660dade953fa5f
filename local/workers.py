"""The processes of a deployment: its emulator, and the functions that run in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psutil

from local.stack import DeployedStack


def emulator_processes(stack: DeployedStack) -> Iterator[psutil.Process]:
    """The emulator of this deployment, and of no other."""
    directory = f"{stack.emulator.log.parent}/"
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if directory in process.cmdline():
                yield process


def function_processes(stack: DeployedStack) -> list[tuple[psutil.Process, str]]:
    """Its functions' processes, each with the function's name."""
    found: list[tuple[psutil.Process, str]] = []
    for emulator in emulator_processes(stack):
        with suppress(psutil.Error):
            for process in emulator.children(recursive=True):
                name = process.environ().get("AWS_LAMBDA_FUNCTION_NAME")
                found += [(process, name)] if name else []
    return found
