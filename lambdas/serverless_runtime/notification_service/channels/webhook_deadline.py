"""A moment by which a request is over, whatever the other side does.

A socket's own time-out begins anew with every byte; a receiver that sends one a second would hold
the function until Lambda ends it.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from typing import Any

_CHUNK_BYTES = 16_384  # one TLS record


class Deadline:
    """So many seconds from now, for all that a request does."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = clock() + seconds

    def remaining(self) -> float:
        """Return the seconds left, above 0. Raises TimeoutError when there are none."""
        if (seconds := self._ends_at - self._clock()) <= 0:
            raise TimeoutError("the time for the whole request is over")
        return seconds


class DeadlineSocket:
    """What `http.client` needs of a socket; every wait ends with the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of `data`, or raise OSError."""
        view = memoryview(data)
        for start in range(0, len(view), _CHUNK_BYTES):
            self._sock.settimeout(self._deadline.remaining())
            self._sock.sendall(view[start : start + _CHUNK_BYTES])

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a reader; it stays open when the socket is closed, as a socket's own does."""
        return io.BufferedReader(_DeadlineReader(self._sock, mode, self._deadline))

    def close(self) -> None:
        self._sock.close()


class _DeadlineReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, mode: str, deadline: Deadline) -> None:
        self._sock = sock
        self._raw: Any = sock.makefile(mode, buffering=0)  # type: ignore[call-overload]
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.remaining())
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()
