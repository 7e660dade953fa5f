"""Answers of the old system as http.client reads them, made stricter: late, cut off or out of step
is no answer."""

from __future__ import annotations

import email.errors
import functools
import http.client
import io
import socket
from collections.abc import Callable
from typing import Any

from serverless_runtime.strangler.answers import MAX_BODY_BYTES, Answer, answer_of_legacy

_CHUNK_BYTES = 65_536
_MAX_INTERIM = 20
_SWITCHING, _FINAL = 101, 200

_MALFORMED = (
    email.errors.FirstHeaderLineIsContinuationDefect,
    email.errors.MisplacedEnvelopeHeaderDefect,
    email.errors.MissingHeaderBodySeparatorDefect,
)
"""After such a line, http.client reads no more headers, not even how long the body is."""

Left = Callable[[], float]
"""Returns how many seconds are left, and raises TimeoutError if none are."""


class TooLargeError(Exception):
    """The answer is larger than a function may return; it has not been read to its end."""


def read_answer(connection: http.client.HTTPConnection, left: Left) -> tuple[Answer, bool]:
    """Return the answer, and whether another request may be sent over the connection.

    Raises TooLargeError, TimeoutError, OSError, and http.client.HTTPException.
    """
    # Whoever makes a connection cannot know the deadline of its requests.
    connection.response_class = functools.partial(_Response, left=left)  # type: ignore[assignment]
    received = connection.getresponse()
    try:
        body = _body(received)
    finally:
        received.close()
    answer = answer_of_legacy(received.status, received.getheaders(), body)
    in_step = isinstance(received, _Response) and not received.reader.has_more
    return answer, in_step and not received.will_close


def _body(received: http.client.HTTPResponse) -> bytes:
    if (received.length or 0) > MAX_BODY_BYTES:
        raise TooLargeError(f"{received.length} bytes")
    parts, size = list[bytes](), 0
    while part := received.read1(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise TooLargeError(f"more than {MAX_BODY_BYTES} bytes")
    if received.length:
        raise http.client.IncompleteRead(b"", received.length)
    return b"".join(parts)


class _Response(http.client.HTTPResponse):
    """Passes over answers that are not final, of which http.client knows only 100."""

    def __init__(self, sock: socket.socket, *args: Any, left: Left, **settings: Any) -> None:
        super().__init__(sock, *args, **settings)
        self.reader = _Reader(_Socket(sock, left, self.fp))
        self.fp = self.reader

    def begin(self) -> None:
        """Read status and headers of the final answer."""
        for _ in range(_MAX_INTERIM):
            super().begin()
            if self.reader.is_at_end:
                raise http.client.HTTPException("cut off in its headers")
            if any(isinstance(each, _MALFORMED) for each in self.headers.defects):
                raise http.client.HTTPException("a line that is no header")
            if self.status == _SWITCHING:
                raise http.client.HTTPException("another protocol that nobody asked for")
            if self.status >= _FINAL:
                return
            # Or the next one would not be read.
            self.headers = None  # type: ignore[assignment]
        raise http.client.HTTPException("no final answer")


class _Socket(io.RawIOBase):
    """What arrives, until a deadline over all of it."""

    def __init__(self, sock: socket.socket, left: Left, holder: io.IOBase) -> None:
        """`holder` keeps the socket open, even if the connection is closed, until it is closed."""
        self._sock = sock
        self._holder = holder
        self._left = left
        self.is_at_end = self.is_done = False

    def close(self) -> None:
        """Let go of the socket."""
        self._holder.close()
        super().close()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it; None once the answer is complete."""
        if self.is_done:
            return None
        self._sock.settimeout(self._left())
        count = self._sock.recv_into(buffer)
        self.is_at_end = not count
        return count


class _Reader(io.BufferedReader):
    """Knows, when it is closed, whether more than the answer has arrived."""

    def __init__(self, raw: _Socket) -> None:
        super().__init__(raw)
        self._socket = raw
        self.has_more = False

    @property
    def is_at_end(self) -> bool:
        """Whether the other side has ended what it sends."""
        return self._socket.is_at_end

    def close(self) -> None:
        """Close this, but not the connection."""
        if not self.closed:
            self._socket.is_done = True
            self.has_more = bool(self.peek(1))
        super().close()
