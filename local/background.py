"""The background process of `up`, which owns the emulator of one port, and how to find it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.emulator.start import EmulatorError, require_free_port
from local.instance import FOLDER, ROOT, Instance
from local.program.project import Project, read_project
from local.wait import wait_until

KIND = "up"
PULUMI = "pulumi"
"""Folder of the Pulumi CLI's stack beside an emulator, if it has deployed there."""

STATE = "state.jsonl"
"""What `up` has deployed, if it has."""

_READY_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Running:
    """An emulator in the background, ready for its program."""

    port: int

    program: str
    """Folder of the program that it is for."""

    settings: Mapping[str, str]
    """What the program's local_setup.py sets."""

    @property
    def directory(self) -> Path:
        """Where its files are."""
        return instance(self.port).directory


def instance(port: int) -> Instance:
    """The instance on `port`, running or not."""
    return Instance(f"{KIND}-{port}")


def serve(folder: Path, port: int) -> None:
    """Run an emulator for the program in `folder`, and say so in a file, until stopped."""
    # Imported here: the commands that look for the process start sooner.
    from local.cloudwatch.publisher import publishing_metrics  # noqa: PLC0415
    from local.deployed import running_instance  # noqa: PLC0415
    from local.program.load_local_setup import set_up  # noqa: PLC0415

    project = read_project(folder)
    with (
        running_instance(KIND, port) as emulator,
        set_up(project, emulator) as settings,
        publishing_metrics(emulator.client),
    ):
        running = Running(port=port, program=str(project.folder), settings=dict(settings))
        write_json(_file(port), asdict(running))
        # The Event is never set: a signal ends the wait by raising SystemExit.
        threading.Event().wait()


def start(project: Project, port: int) -> Running:
    """Start `serve` in the background and return when it is ready.

    Raises EmulatorError with its log if it exits before that.
    """
    # What a killed one left behind may still listen on the port.
    instance(port).stop()
    require_free_port(port)
    log = FOLDER / f"{KIND}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "local", "serve", str(project.folder), "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_until_ready(port, process, log)
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise


def find(port: int) -> Running | None:
    """What runs on `port`; None if nothing does. One that is starting is waited for."""
    if instance(port).owner() is None:
        return None
    return _wait_until_ready(port)


def was_killed(port: int) -> bool:
    """Whether one on `port` ended without cleaning up."""
    return instance(port).owner() is None and _file(port).exists()


def ports() -> list[int]:
    """Ports of those that run, in order, and of those that were killed and left files behind."""
    locks = FOLDER.glob(f"{KIND}-*.lock")
    return sorted(int(lock.stem.removeprefix(f"{KIND}-")) for lock in locks)


def stop(port: int) -> bool:
    """Stop the one on `port` and clean up; return whether it was running."""
    was_running = instance(port).stop()
    (FOLDER / f"{KIND}-{port}.log").unlink(missing_ok=True)
    return was_running


def write_json(file: Path, document: object) -> None:
    """Write a file at once, so that nobody reads half of it."""
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(document))
    partial.rename(file)


def _wait_until_ready(
    port: int, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> Running:
    def ready() -> bool:
        if process is not None and log is not None and process.poll() is not None:
            raise EmulatorError(f"the emulator did not start; its log:\n{log.read_text()}")
        return _file(port).exists()

    wait_until(ready, f"the emulator on port {port}", seconds=_READY_SECONDS)
    return Running(**json.loads(_file(port).read_text()))


def _file(port: int) -> Path:
    return instance(port).directory / "running.json"
