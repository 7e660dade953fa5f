"""Runs a command that stops in its own time, such as Pulumi's engine, which finishes first."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MANY = 4096

# Longer than a sender takes that signals first one process and then all of its group, as `timeout`
# does, and shorter than anybody takes between two Ctrl-C.
_GROUP_SECONDS = 0.2


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end and return its status: 128 + n if signal n has ended it.

    Ctrl-C, SIGTERM and SIGHUP are for the command. A terminal sends them to it as well as to us;
    those that only we get are passed on, once.
    """
    with closing(_Witness()) as witness, _arriving_signals() as arriving:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 -- the caller's command
        relay = threading.Thread(target=_pass_on, args=(arriving, witness, process))
        relay.start()
        status = process.wait()
        arriving.shutdown(socket.SHUT_RD)
        relay.join()
    return status if status >= 0 else 128 - status


@contextmanager
def _arriving_signals() -> Iterator[socket.socket]:
    """The numbers of the signals that arrive, a byte each.

    A handler would not do: it is called in the main thread, which is not woken if the system has
    chosen another one.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    with reader, writer:
        to = signal.set_wakeup_fd(writer.fileno())
        handlers = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
        try:
            yield reader
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(to)


def _pass_on(arriving: socket.socket, witness: _Witness, process: subprocess.Popen[bytes]) -> None:
    arrived: set[int] = set()
    while arrived := arrived or set(arriving.recv(_MANY)):
        number = arrived.pop()
        if not witness.is_told():
            process.send_signal(number)
        # Those of its kind that have come meanwhile are the same one, as in the kernel.
        arrived = (arrived | _come_meanwhile(arriving)) - {number}


def _come_meanwhile(arriving: socket.socket) -> set[int]:
    try:
        return set(arriving.recv(_MANY, socket.MSG_DONTWAIT))
    except BlockingIOError:
        return set()


class _Witness:
    """A process that ends when our whole group is told to, or with us.

    Python does not say who has sent a signal, so nothing else tells whether it was for the group.
    """

    def __init__(self) -> None:
        self._process = self._start()

    def is_told(self) -> bool:
        """Whether it is told what we have just been told; if so, another takes its place."""
        try:
            self._process.wait(_GROUP_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        self.close()
        self._process = self._start()
        return True

    def close(self) -> None:
        """End it."""
        # It reads, so the end of its input is its own.
        self._process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["cat"],  # noqa: S607 -- from the system's own folders
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.defpath},
        )
