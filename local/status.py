"""The running programs, for people, and for commands that need the only one."""

from __future__ import annotations

from local import background
from local.background import Running
from local.emulator.start import EmulatorError
from local.up import outputs_of


def state_of(port: int) -> tuple[str, str]:
    """The program on `port`, and its state."""
    if background.instance(port).owner() is None:
        return "?", f"killed; python -m local down --port {port} cleans up"
    running = background.find(port)
    if running is None:
        return "?", "has just been stopped"
    outputs = outputs_of(running)
    if (running.directory / background.PULUMI).exists():
        return running.program, "deployed to by the Pulumi CLI"
    if outputs is None:
        return running.program, "the emulator runs, but the program has not been deployed"
    functions = outputs.get("operations", {}).get("functions", {})
    if not functions:
        return running.program, "deployed"
    noun = "function" if len(functions) == 1 else "functions"
    return running.program, f"deployed ({len(functions)} {noun})"


def the_one(port: int | None) -> Running:
    """The instance on `port`, or, if it is None, the only running one. EmulatorError if none is."""
    found = [
        running
        for each in background.ports()
        if port in (None, each) and (running := background.find(each)) is not None
    ]
    if len(found) == 1:
        return found[0]
    if found:
        ports = ", ".join(str(each.port) for each in found)
        raise EmulatorError(f"several stacks are running; choose one with --port: {ports}")
    where = "" if port is None else f" on port {port}"
    raise EmulatorError(f"no stack is running{where}; start one with `make up`")
