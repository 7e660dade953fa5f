"""The response to a POST in HTTP/1.1, as AWS's services send it.

`http.client` has the head of each response parsed as an email, which takes a fifth of a create, and
importing that takes a sixteenth of a cold start. What servers and proxies send that is not quite
HTTP/1.1 is read if its meaning is certain, because an error can mean that a write is repeated.
"""

from __future__ import annotations

from collections.abc import Callable

MAX_HEAD_BYTES = 65_536
"""Of status line and headers, of the trailers, and of the line before a chunk."""

_MAX_INTERIM, _MAX_TRAILERS = 20, 100
_FIRST_STATUS, _SWITCHING_PROTOCOLS, _FIRST_FINAL = 100, 101, 200
_STATUS_DIGITS = 3
_WITHOUT_BODY = (204, 304)
_HEXADECIMAL = "0123456789abcdefABCDEF"
_MAX_DIGITS = 18

Receive = Callable[[], bytes]
"""Waits for more, and returns it; b"" at the end."""


class MalformedResponseError(Exception):
    """What arrived is no response, or not all of one."""


def read_response(receive: Receive) -> tuple[int, dict[str, str], bytes, bool]:
    """Return status, headers with names in lower case, body, and whether the connection ends.

    Raises MalformedResponseError, and what `receive` raises.
    """
    unread = _Unread(receive)
    for _ in range(_MAX_INTERIM):
        version, status, headers = _head(unread.head())
        if status >= _FIRST_FINAL:
            break
        if status == _SWITCHING_PROTOCOLS:
            raise MalformedResponseError("another protocol, which was not asked for")
    else:
        raise MalformedResponseError("no final response")
    options = headers.get("connection", "").lower()
    is_last = "close" in options or (version == "0" and "keep-alive" not in options)
    if status in _WITHOUT_BODY:
        body = b""
    elif (encoding := headers.get("transfer-encoding", "identity").lower()) != "identity":
        body = _chunks(unread, encoding)
    elif "content-length" in headers:
        body = unread.exactly(_number(headers["content-length"]))
    else:
        return status, headers, unread.all(), True
    # After more than the response, nobody knows what the next one is to.
    return status, headers, body, is_last or unread.has_more


class _Unread:
    """What has arrived and is not read yet."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._data = b""

    @property
    def has_more(self) -> bool:
        return bool(self._data)

    def head(self) -> bytes:
        """Return what comes before an empty line, and pass over both."""
        while True:
            end = self._data.find(b"\n\r\n")
            bare_end = self._data.find(b"\n\n", 0, end if end >= 0 else None)
            if bare_end >= 0:
                return self._pass(bare_end, 2)
            if end >= 0:
                return self._pass(end, 3)
            self._receive_more()

    def line(self) -> bytes:
        """Return the next line without its end."""
        while (end := self._data.find(b"\n")) < 0:
            self._receive_more()
        return self._pass(end, 1)

    def _pass(self, size: int, end_bytes: int) -> bytes:
        found, self._data = self._data[:size], self._data[size + end_bytes :]
        return found.removesuffix(b"\r")

    def _receive_more(self) -> None:
        if len(self._data) > MAX_HEAD_BYTES:
            raise MalformedResponseError(f"a head of more than {MAX_HEAD_BYTES} bytes")
        self._data += self._more()

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        parts, missing = [self._data], size - len(self._data)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        data = b"".join(parts)
        self._data = data[size:]
        return data[:size]

    def all(self) -> bytes:
        """Return everything up to the end."""
        parts = [self._data]
        while part := self._receive():
            parts.append(part)
        self._data = b""
        return b"".join(parts)

    def _more(self) -> bytes:
        if not (data := self._receive()):
            raise MalformedResponseError("the connection ended before the response did")
        return data


def _head(data: bytes) -> tuple[str, int, dict[str, str]]:
    """Return the digit after "HTTP/1.", the status, and the headers."""
    text = data.decode("latin-1").replace("\r\n", "\n")
    first, *lines = text.split("\n")
    version, _, rest = first.partition(" ")
    status, _, _ = rest.lstrip(" ").partition(" ")
    is_known = version[:7] == "HTTP/1." and version[7:].isdecimal()
    is_status = len(status) == _STATUS_DIGITS and status.isdecimal()
    if not (is_known and is_status and int(status) >= _FIRST_STATUS) or "\r" in text:
        raise MalformedResponseError(f"not HTTP/1.1: {first[:40]!r}")
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in (" ", "\t") and name:
            # Folded, as it was allowed once.
            headers[name] = f"{headers[name]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise MalformedResponseError(f"not a header: {line[:40]!r}")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return version[7:], int(status), headers


def _number(text: str) -> int:
    # It may have come twice.
    numbers = {each.strip(" \t") for each in text.split(",")}
    number = numbers.pop()
    if numbers or not number.isdecimal() or len(number) > _MAX_DIGITS:
        raise MalformedResponseError(f"not a length: {text[:40]!r}")
    return int(number)


def _chunks(unread: _Unread, encoding: str) -> bytes:
    if encoding != "chunked":
        raise MalformedResponseError(f"an encoding that was not asked for: {encoding[:40]!r}")
    chunks = []
    while size := _chunk_size(unread.line()):
        chunks.append(unread.exactly(size))
        if unread.line():
            raise MalformedResponseError("a chunk that is longer than it said")
    for _ in range(_MAX_TRAILERS):
        if not unread.line():
            return b"".join(chunks)
    raise MalformedResponseError("too many trailers")


def _chunk_size(line: bytes) -> int:
    text = line.decode("latin-1").partition(";")[0].strip(" \t")
    if not text or text.strip(_HEXADECIMAL):
        raise MalformedResponseError(f"not the size of a chunk: {text[:40]!r}")
    return int(text, 16)
