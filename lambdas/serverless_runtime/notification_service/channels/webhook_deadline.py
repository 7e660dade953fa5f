"""A deadline for a whole request, whatever the other side does.

A socket's own timeout restarts with every byte; a receiver that sends one byte a second would block
the function until Lambda terminates it.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from typing import Any

_CHUNK_BYTES = 16_384  # one TLS record


class Deadline:
    """A number of seconds from now, for everything that a request does."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = clock() + seconds

    def remaining(self) -> float:
        """Return the seconds left, above 0. Raises TimeoutError when there are none."""
        if (seconds := self._ends_at - self._clock()) <= 0:
            raise TimeoutError("the time limit of the whole request has passed")
        return seconds


class DeadlineSocket:
    """What `http.client` needs from a socket; no wait exceeds the deadline."""

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
