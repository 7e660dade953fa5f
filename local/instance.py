"""One emulator's folder under `.local/`, and the lock that shows whether its owner is alive.

The operating system releases the lock when its owner ends, even by a crash, so a free lock means
leftovers: the next owner ends their processes and deletes their files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import psutil

from local.errors import ExpectedError
from local.wait import wait_until

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".local"

_STOP_SECONDS = 10


class InstanceInUseError(ExpectedError):
    """Another process owns this instance."""


class Instance:
    """A named folder with at most one living owner."""

    def __init__(self, name: str, folder: Path = FOLDER) -> None:
        self.name = name
        self.directory = folder / name
        # Beside the folder, not in it: the process that deletes the folder must still hold the
        # lock.
        self._lock_file = folder / f"{name}.lock"

    @property
    def temp(self) -> Path:
        """Where the emulator unpacks functions; every worker's command line names it."""
        return self.directory / "tmp"

    @contextmanager
    def owned(self) -> Iterator[Instance]:
        """Own the instance: an empty folder now, none afterwards.

        Raises InstanceInUseError if another process owns it.
        """
        folder = self.directory.parent
        folder.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(folder):
            lock = self._locked()
        with lock:
            try:
                self._sweep()
                # What is in it is the owner's: keys, state, outputs.
                self.directory.mkdir(mode=0o700)
                self.temp.mkdir()
                yield self
            finally:
                self._sweep()
                with one_at_a_time(folder):
                    self._lock_file.unlink(missing_ok=True)

    def _locked(self) -> TextIO:
        lock = self._lock_file.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InstanceInUseError(f"{self.name} is already running") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def owner(self) -> int | None:
        """Process id of the living owner, or None."""
        with (
            suppress(FileNotFoundError),
            one_at_a_time(self.directory.parent),
            self._lock_file.open("r") as lock,
        ):
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
        return None

    def stop(self) -> bool:
        """End the owner and what it started; return whether there was one.

        SIGTERM first; an owner that is still alive after 10 s is killed.
        """
        owner = self.owner()
        if owner is not None:
            os.kill(owner, signal.SIGTERM)
            try:
                wait_until(
                    lambda: self.owner() is None, f"{self.name} to stop", seconds=_STOP_SECONDS
                )
            except Exception:
                os.kill(owner, signal.SIGKILL)
                wait_until(lambda: self.owner() is None, f"{self.name} to die", seconds=2)
        with self.owned():
            pass
        return owner is not None

    def processes(self) -> list[psutil.Process]:
        """Every process of the instance's emulator: their command lines name its folder."""
        marker = f"{self.directory}{os.sep}"
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if any(marker in word for word in process.info["cmdline"] or ())
        ]

    def _sweep(self) -> None:
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_until(
            lambda: not self.processes(), f"processes of {self.name} to end", seconds=_STOP_SECONDS
        )
        shutil.rmtree(self.directory, ignore_errors=True)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no other process look at the folder's locks, or change one, while the block runs.

    A lock file that its owner has made and not yet locked would look as if it were left behind.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep_leftovers(prefix: str, folder: Path = FOLDER) -> None:
    """Clean up every instance named `prefix…` whose owner is gone."""
    for lock_file in folder.glob(f"{prefix}*.lock"):
        instance = Instance(lock_file.stem, folder)
        if instance.owner() is None:
            try:
                with instance.owned():
                    pass
            except InstanceInUseError:
                continue
