"""An old system that sends what it should not: no client gets half an answer, or another's."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.serving import serving
from serverless_runtime.strangler.answers import MAX_BODY_BYTES
from serverless_runtime.strangler.legacy import (
    Legacy,
    LegacyError,
    LegacyTimeoutError,
    LegacyTooLargeError,
)
from serverless_runtime.strangler.requests import request_of
from tests.lambdas.strangler.api_events import an_event

one_system = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


class Hostile(socketserver.ThreadingTCPServer):
    """Sends bytes as they are for each request, and the request's path in place of PATH."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.sent = b""
        self.closes = False
        self.drips = threading.Event()
        """Unless it is set, each byte comes alone, ten milliseconds after the one before."""
        self.drips.set()
        self.connections = 0

    def handle_error(self, *_: object) -> None:
        """Quiet: a client that has enough closes its connection."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def ask(self, path: str = "/a", *, seconds: float = 5, method: str = "GET") -> bytes:
        with closing(Legacy(self.url, seconds)) as legacy:
            return legacy.send(request_of(an_event(path, method=method))).body


class _Connection(socketserver.StreamRequestHandler):
    server: Hostile

    def handle(self) -> None:
        self.server.connections += 1
        while line := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            sent = self.server.sent.replace(b"PATH", line.split()[1])
            if not self._sends(sent) or self.server.closes:
                return

    def _sends(self, sent: bytes) -> bool:
        try:
            for part in [sent] if self.server.drips.is_set() else [bytes([each]) for each in sent]:
                self.wfile.write(part)
                self.server.drips.wait(0.01)
        except OSError:
            return False
        return True


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with serving(Hostile()) as server:
        yield server


def a_page(body: bytes = b"PATH", head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"content-length: %d\r\n\r\n" % 2 + body


@one_system
@given(st.lists(st.sampled_from([100, 102, 103, 199]), max_size=5))
def test_answers_that_are_not_final_are_passed_over(hostile: Hostile, codes: list[int]) -> None:
    early = b"".join(b"HTTP/1.1 %d Wait\r\nlink: </x>\r\n\r\n" % code for code in codes)
    hostile.sent = early + a_page()

    with closing(Legacy(hostile.url, 5)) as legacy:
        answers = [legacy.send(request_of(an_event(path))) for path in ("/1", "/2", "/3")]

    assert [(each.status, each.body) for each in answers] == [
        (200, b"/1"),
        (200, b"/2"),
        (200, b"/3"),
    ]
    assert all("link" not in each.headers for each in answers)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000,
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 99999999999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nx-a: b\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/ht",
        b"HTTP/1.1 204 No Content\r\nset-cookie: a",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nno header\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nx-a : b\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n x-a: b\r\ncontent-length: 2\r\n\r\nok",
        b"garbage",
        b"",
    ],
)
def test_what_is_no_whole_answer_is_an_error(hostile: Hostile, sent: bytes) -> None:
    hostile.sent, hostile.closes = sent, True

    with pytest.raises(LegacyError):
        hostile.ask()


@pytest.mark.parametrize(
    "answer",
    [
        a_page() + b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother",
        a_page() + b"x",
        b"HTTP/1.1 204 No Content\r\n\r\n" + a_page(),
        b"HTTP/1.1 304 Not Modified\r\n\r\nx",
    ],
)
def test_a_connection_with_more_than_the_answer_is_not_used_again(
    hostile: Hostile, answer: bytes
) -> None:
    hostile.sent = answer

    with closing(Legacy(hostile.url, 5)) as legacy:
        bodies = [legacy.send(request_of(an_event(path))).body for path in ("/1", "/2")]

    assert bodies in ([b"/1", b"/2"], [b"", b""])
    assert hostile.connections == 2


@one_system
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1).filter(
        lambda value: "PATH" not in value
    )
)
def test_headers_in_utf_8_arrive_as_they_were_sent(hostile: Hostile, value: str) -> None:
    hostile.sent = a_page(
        b"ok", b"x-name: " + value.encode() + b"\r\nset-cookie: " + value.encode() + b"\r\n"
    )

    with closing(Legacy(hostile.url, 5)) as legacy:
        answer = legacy.send(request_of(an_event()))

    assert (answer.headers["x-name"], answer.response["cookies"]) == (value, [value])


def test_headers_of_the_connection_do_not_reach_the_client(hostile: Hostile) -> None:
    names = ("keep-alive", "te", "trailer", "upgrade", "proxy-authenticate", "Proxy-Authorization")
    head = "".join(f"{name}: x\r\n" for name in (*names, "X-Own")).encode()
    hostile.sent = a_page(b"ok", b"Connection: keep-alive\r\n" + head)

    with closing(Legacy(hostile.url, 5)) as legacy:
        answer = legacy.send(request_of(an_event()))

    assert answer.headers == answer.response["headers"] == {"x-own": "x"}


def test_a_header_on_two_lines_is_on_one(hostile: Hostile) -> None:
    hostile.sent = a_page(b"ok", b"x-name: a,\r\n  b\r\ncontent-type: multipart/mixed\r\n")

    with closing(Legacy(hostile.url, 5)) as legacy:
        assert legacy.send(request_of(an_event())).headers["x-name"] == "a, b"


def test_other_bytes_in_headers_are_read_as_latin_1(hostile: Hostile) -> None:
    hostile.sent = a_page(b"ok", b"x-name: gr\xfc\xdfe\r\n")

    with closing(Legacy(hostile.url, 5)) as legacy:
        assert legacy.send(request_of(an_event())).headers["x-name"] == "grüße"


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nx-a: " + b"b" * 2_000,
        b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"b" * 2_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1" * 2_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\nb\r\n" * 2_000,
        b"HTTP/1.1 103 Wait\r\n\r\n" * 200,
    ],
)
def test_an_answer_that_drips_is_late(hostile: Hostile, sent: bytes) -> None:
    """Something arrives every ten milliseconds: each wait is short, all are too long."""
    hostile.sent = sent
    hostile.drips.clear()

    with pytest.raises(LegacyTimeoutError):
        hostile.ask(seconds=0.15)
    hostile.drips.set()


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MAX_BODY_BYTES + 1),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n500000\r\n" + bytes(0x500000),
    ],
)
def test_an_answer_that_is_too_large_is_not_read_to_its_end(hostile: Hostile, sent: bytes) -> None:
    """It never ends: the connection stays open."""
    hostile.sent = sent

    with pytest.raises(LegacyTooLargeError):
        hostile.ask(seconds=20)


def test_the_largest_answer_arrives(hostile: Hostile) -> None:
    hostile.sent = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % MAX_BODY_BYTES
    hostile.sent += bytes(MAX_BODY_BYTES)

    assert len(hostile.ask(seconds=20)) == MAX_BODY_BYTES


def test_a_deadline_that_has_passed_is_late(hostile: Hostile) -> None:
    with pytest.raises(LegacyTimeoutError):
        hostile.ask(seconds=0)
