"""The background process of `up`, which owns the emulator, and how to find it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from local.emulator.start import EmulatorError
from local.instance import FOLDER, ROOT, Instance
from local.stack import deployed_stack
from local.wait import wait_until

KIND = "up"

# The first run also builds the functions' bundles, which downloads their packages.
_READY_SECONDS = 300


def serve(port: int) -> None:
    """Deploy, write the stack's outputs to a file, and run until stopped."""
    with deployed_stack(KIND, port) as stack:
        outputs = _outputs_file(port)
        partial = outputs.with_suffix(".partial")
        partial.write_text(json.dumps(stack.outputs))
        partial.rename(outputs)
        # The Event is never set: a signal ends the wait by raising SystemExit.
        threading.Event().wait()


def start(port: int) -> dict[str, Any]:
    """Start `serve` in the background and return the stack's outputs when it is ready.

    Raises EmulatorError with its log if it exits before that.
    """
    FOLDER.mkdir(exist_ok=True)
    log = FOLDER / f"{KIND}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "local", "serve", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return wait_until_ready(port, process, log)
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise


def wait_until_ready(
    port: int, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> dict[str, Any]:
    """The outputs of the stack on `port`, once its owner has deployed it."""

    def ready() -> dict[str, Any] | None:
        if process is not None and log is not None and process.poll() is not None:
            raise EmulatorError(f"the local stack did not start; its log:\n{log.read_text()}")
        return running_outputs(port)

    outputs = wait_until(ready, f"the local stack on port {port}", seconds=_READY_SECONDS)
    return outputs or {}


def is_running(port: int) -> bool:
    """Whether a stack is running, or starting, on this port."""
    return Instance(f"{KIND}-{port}").owner() is not None


def running_outputs(port: int) -> dict[str, Any] | None:
    """The outputs of the stack that runs on `port`, or None."""
    if not is_running(port):
        return None
    try:
        outputs: dict[str, Any] = json.loads(_outputs_file(port).read_text())
    except FileNotFoundError:
        return None
    return outputs


def running_ports() -> list[int]:
    """Ports with a stack, in order; also those whose stack was killed and left files behind."""
    locks = FOLDER.glob(f"{KIND}-*.lock")
    return sorted(int(lock.stem.removeprefix(f"{KIND}-")) for lock in locks)


def stop(port: int) -> bool:
    """Stop the stack on `port` and clean up; return whether one was running."""
    was_running = Instance(f"{KIND}-{port}").stop()
    (FOLDER / f"{KIND}-{port}.log").unlink(missing_ok=True)
    return was_running


def folder(port: int) -> Path:
    """Where the stack on `port` has its files."""
    return Instance(f"{KIND}-{port}").directory


def _outputs_file(port: int) -> Path:
    return folder(port) / "outputs.json"
