"""One HTTP/1.1 request, and the head of its final response; whatever the other side does.

The status decides what has become of the event, and no more than two headers matter. So no body is
interpreted, a header that is malformed is passed over, and everything that is read has a limit.
Reading and sending take turns: a receiver may respond before it has the whole request.
"""

from __future__ import annotations

import contextlib
import re
import select
import ssl
from collections.abc import Mapping

from serverless_runtime.notification_service.channels.webhook_deadline import Deadline
from serverless_runtime.shared.frozen import frozen

MAX_HEAD_BYTES = 65_536
"""Of one response; there is no limit to the number of its lines."""

MAX_HEADS_BYTES = 1_048_576
"""Of all responses before the final one, such as 103 Early Hints."""

_MAX_BODY_BYTES = 4_096
_BODY_SECONDS = 0.5
_CHUNK_BYTES = 16_384  # one TLS record
_STATUS_LINE = re.compile(rb"HTTP/1\.[0-9][ \t]+([1-9][0-9]{2})(?:[ \t].*)?\r?", re.DOTALL)
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_SWITCHING_PROTOCOLS, _FIRST_FINAL = 101, 200
_SUCCESSES = range(200, 300)


class NoResponseError(Exception):
    """What arrived is no final response."""


@frozen
class Response:
    """A receiver's response; its body is not kept."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of several with one name the first."""


def exchange(sock: ssl.SSLSocket, request: bytes, deadline: Deadline) -> Response:
    """Send the request and return the final response to it.

    Raises NoResponseError, and OSError; TimeoutError at the deadline.
    """
    sock.setblocking(False)
    wire = _Wire(sock, request)
    heads = _Heads()
    while (response := heads.next_final()) is None:
        data = wire.step(deadline)
        if data == b"":
            raise wire.send_error or NoResponseError("closed without a final response")
        heads.add(data or b"")
    # What happens now does not change the outcome.
    with contextlib.suppress(OSError):
        _let_it_finish(wire, response, len(heads.rest), deadline)
    return response


def _let_it_finish(wire: _Wire, response: Response, body_bytes: int, deadline: Deadline) -> None:
    """A receiver that has accepted the event may still read it; any other may still write."""
    while response.status in _SUCCESSES and wire.unsent and body_bytes < MAX_HEADS_BYTES:
        data = wire.step(deadline)
        if data == b"":
            return
        body_bytes += len(data or b"")
    announced = response.headers.get("content-length", "")
    expected = int(announced) if re.fullmatch("[0-9]{1,9}", announced) else _MAX_BODY_BYTES
    briefly = deadline.at_most(_BODY_SECONDS)
    while body_bytes < min(expected, _MAX_BODY_BYTES):
        data = wire.step(briefly)
        if data == b"":
            return
        body_bytes += len(data or b"")


class _Wire:
    def __init__(self, sock: ssl.SSLSocket, request: bytes) -> None:
        self._sock = sock
        self._poll = select.poll()
        self.unsent = memoryview(request)
        self.send_error: OSError | None = None

    def step(self, deadline: Deadline) -> bytes | None:
        """Send and receive what is possible now; if nothing has arrived, wait and return None.

        b"" is the end. An error while sending is kept: the response may have arrived before it.
        """
        seconds = deadline.remaining()
        waits_for = self._send()
        try:
            return self._sock.recv(_CHUNK_BYTES)
        except ssl.SSLWantReadError:
            waits_for |= select.POLLIN
        except ssl.SSLWantWriteError:
            waits_for |= select.POLLOUT
        except OSError as error:
            raise self.send_error or error from error
        self._poll.register(self._sock, waits_for)
        self._poll.poll(seconds * 1000)
        return None

    def _send(self) -> int:
        while self.unsent:
            try:
                sent = self._sock.send(self.unsent[:_CHUNK_BYTES])
            except ssl.SSLWantWriteError:
                return select.POLLOUT
            except ssl.SSLWantReadError:
                return select.POLLIN
            except OSError as error:
                self.send_error = error
                self.unsent = self.unsent[:0]
                return 0
            self.unsent = self.unsent[sent:]
        return 0


class _Heads:
    """The heads of interim responses, and of the final one."""

    def __init__(self) -> None:
        self.rest = bytearray()
        """What has arrived and is not read yet; in the end, the beginning of the body."""

        self._searched = 0
        self._bytes = 0

    def add(self, data: bytes) -> None:
        """Keep what has arrived."""
        self.rest += data
        self._bytes += len(data)

    def next_final(self) -> Response | None:
        """Return the final response once its head is complete. Raises NoResponseError."""
        while end := self._end_of_head():
            head = bytes(self.rest[:end])
            del self.rest[:end]
            self._searched = 0
            if len(head) > MAX_HEAD_BYTES:
                raise NoResponseError(f"a head of more than {MAX_HEAD_BYTES} bytes")
            if (response := _read(head)).status >= _FIRST_FINAL:
                return response
            if response.status == _SWITCHING_PROTOCOLS:
                raise NoResponseError("another protocol, which was not asked for")
        if len(self.rest) > MAX_HEAD_BYTES or self._bytes > MAX_HEADS_BYTES:
            raise NoResponseError(f"a head of more than {MAX_HEAD_BYTES} bytes")
        return None

    def _end_of_head(self) -> int | None:
        line_end = self.rest.find(b"\n")
        if line_end >= 0 and not _STATUS_LINE.fullmatch(self.rest, 0, line_end):
            raise NoResponseError("not HTTP/1.1")
        end = _END_OF_HEAD.search(self.rest, self._searched)
        self._searched = max(0, len(self.rest) - 2)
        return end.end() if end else None


def _read(head: bytes) -> Response:
    first, *lines = head.split(b"\n")
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise NoResponseError("not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return Response(status=int(match[1]), headers=headers)
