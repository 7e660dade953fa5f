"""Receivers that play tricks: what they have decided is understood, and nothing is read without
end."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.notification_service.channel import UnknownOutcomeError
from serverless_runtime.notification_service.channels.webhook_exchange import MAX_HEAD_BYTES
from tests.lambdas.notification_service.https_receiver import (
    HttpsReceiver,
    Reply,
    do_not_respond,
    resets_after,
)
from tests.lambdas.notification_service.webhook_receivers import a_receiver, error_of


def sends(data: bytes, at_a_time: int = 0, then: str = "close") -> Reply:
    """Send `data` in up to a thousand pieces, and close, reset the connection, or wait for the
    client to close."""

    def reply(sock: socket.socket) -> None:
        step = max(at_a_time or len(data), len(data) // 1_000, 1)
        pieces = [data[at : at + step] for at in range(0, len(data), step)]
        for piece in pieces:
            sock.sendall(piece)
        if then == "reset":
            resets_after(b"")(sock)
        elif then == "wait":
            do_not_respond(sock)
        else:
            # An end that TLS announces.
            with contextlib.suppress(OSError):
                sock.unwrap()  # type: ignore[attr-defined]

    return reply


@dataclass(frozen=True)
class Trick:
    """What a receiver sends, and the status that it thereby gives, if any."""

    data: bytes
    status: int | None
    ends: str
    at_a_time: int


_line_ends = st.sampled_from(["\r\n", "\n"])
_header_lines = st.sampled_from(
    [
        *["Server: x", "X-Empty:", "no colon", " folded", ": no name", "Bad Name: x", "X: \xff"],
        *["Content-Length: 5", "Content-Length: -5", "Content-Length: 1, 2", "Content-Length: x"],
        *["Content-Length: 99999999999999999999", "Transfer-Encoding: chunked", "Retry-After: ²"],
        *["Transfer-Encoding: gzip, chunked", "Connection: keep-alive", "Trailer: x", "X: \x00"],
        *["Retry-After: 99999999999999999999999", "Retry-After: Mon, 99 Foo 2026 99:99:99 GMT"],
    ]
)
_headers = st.lists(_header_lines, max_size=5) | st.integers(101, 400).map(
    lambda number: [f"X-{each}: y" for each in range(number)]
)
_reasons = st.sampled_from(["", " ", " OK", " \xe9t\xe9", "  HTTP/1.1 500 x"])
_versions = st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1.9"])
_interim = st.sampled_from([100, 102, 103, 199])
_bodies = st.sampled_from(
    [
        *[
            b"",
            b"5\r\nhello\r\n0\r\n\r\n",
            b"-1\r\n" + bytes(9_000),
            b"-5\r\n",
            b"FFFFFFFFFFFFFFFF\r\n",
        ],
        *[b"1_0\r\n", b"5;" + b"x" * 9_000, b"0\r\n" + b"T: x\r\n" * 200, b"zz\r\n", b"\r\n\r\n"],
        *[b"HTTP/1.1 500 Not Read\r\n\r\n", b"hello"],
    ]
)


@st.composite
def tricks(draw: st.DrawFn) -> Trick:
    def head(status: int) -> bytes:
        end = draw(_line_ends)
        first = f"{draw(_versions)} {status}{draw(_reasons)}"
        return (end.join([first, *draw(_headers)]) + end * 2).encode("latin-1")

    interim = b"".join(head(draw(_interim)) for _ in range(draw(st.integers(0, 4))))
    status = draw(
        st.sampled_from([200, 201, 204, 299, 302, 400, 408, 410, 429, 500, 599, 600, 999])
    )
    final = head(status)
    at_a_time = draw(st.sampled_from([0, 1, 7, 1_000]))
    if draw(st.booleans()):
        ends = draw(st.sampled_from(["close", "reset", "wait"]))
        return Trick(interim + final + draw(_bodies), status, ends, at_a_time)
    # Cut off within the line that ends the head.
    cut = draw(st.integers(1, len(final) - 1))
    while final[:cut].endswith((b"\n\n", b"\n\r\n")):
        cut -= 1
    return Trick(interim + final[:cut], None, draw(st.sampled_from(["close", "reset"])), at_a_time)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tricks(), st.booleans())
def test_a_status_that_arrived_counts_and_nothing_else(
    ca: trustme.CA, server: HttpsReceiver, trick: Trick, responds_at_once: bool
) -> None:
    # A reset may overtake what was sent before it.
    resets = trick.ends == "reset"
    server.responds_at_once = responds_at_once and not resets
    server.replies = [sends(trick.data, trick.at_a_time, trick.ends)]
    receiver = a_receiver(ca, server.port)

    try:
        status: int | None = receiver.post(b"{}", {}).status
    except UnknownOutcomeError:
        status = None

    assert status == trick.status or (resets and status is None)


@pytest.mark.parametrize("status", [200, 401, 413, 503])
def test_a_response_before_the_request_is_sent_counts(
    ca: trustme.CA, server: HttpsReceiver, status: int
) -> None:
    server.responds_at_once = True
    server.replies = [sends(f"HTTP/1.1 {status} Early\r\nContent-Length: 0\r\n\r\n".encode())]

    # More than all buffers on the way hold.
    assert a_receiver(ca, server.port).post(bytes(20_000_000), {}).status == status


def test_a_receiver_may_read_on_after_it_has_accepted(
    ca: trustme.CA, server: HttpsReceiver
) -> None:
    read = threading.Event()

    def accept_and_read(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n")
        left = 3_000_000
        while left > 0 and (data := sock.recv(65_536)):
            left -= len(data)
        if left <= 0:
            read.set()

    server.responds_at_once = True
    server.replies = [accept_and_read]

    assert a_receiver(ca, server.port).post(bytes(3_000_000), {}).status == 202
    assert read.wait(timeout=10)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "another protocol"),
        (b"HTTP/2 200\r\n\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 2000\r\n\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 099 x\r\n\r\n", "not HTTP/1.1"),
        (b"<html>\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 103 x\r\n\r\n", "closed without a final response"),
        (b"", "closed without a final response"),
        (
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * MAX_HEAD_BYTES + b"\r\n\r\n",
            "a head of more than 65536",
        ),
        (b"HTTP/1.1 103 x\r\n\r\n" * 80_000, "a head of more than"),
    ],
)
def test_what_is_no_response_is_told(
    ca: trustme.CA, server: HttpsReceiver, data: bytes, reason: str
) -> None:
    server.replies = [sends(data, then="close" if len(data) < 100 else "wait")]

    error = error_of(a_receiver(ca, server.port))

    assert type(error) is UnknownOutcomeError
    assert reason in str(error)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500 + b"HTTP/1.1 204\r\n\r\n",
    ],
)
def test_a_flood_is_not_read(ca: trustme.CA, server: HttpsReceiver, start: bytes) -> None:
    sent = 0
    ended = threading.Event()

    def flood(sock: socket.socket) -> None:
        nonlocal sent
        try:
            sock.sendall(start)
            while sent < 500_000_000:
                sock.sendall(bytes(65_536))
                sent += 65_536
        except OSError:
            ended.set()

    server.replies = [flood]

    assert a_receiver(ca, server.port).post(b"{}", {}).status in (200, 204)
    assert ended.wait(timeout=10)
    # No more than the buffers on the way hold.
    assert sent < 50_000_000
