"""Connections to real servers on this machine: kept open, closed, trusted or not."""

from __future__ import annotations

import hashlib
import http.server
import itertools
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme

from local.serving import serving
from serverless_runtime.shared.aws.amazon_root_certificates import AMAZON_ROOT_CERTIFICATES
from serverless_runtime.shared.aws.client_config import MAX_LATE_SECONDS, ClientConfig
from serverless_runtime.shared.aws.connections import Connections, Request
from serverless_runtime.shared.aws.errors import (
    ConnectError,
    ConnectTimeoutError,
    ResponseError,
    ResponseTimeoutError,
)
from serverless_runtime.shared.aws.idle_connections import close_idle_connections

CONFIG = ClientConfig(connect_timeout=5, read_timeout=0.5, total_max_attempts=1)
REQUEST = Request("/path", {"Host": "localhost", "X-Name": "value"}, b"body")


class Server(http.server.ThreadingHTTPServer):
    """Echoes the body of each request, and counts the connections."""

    daemon_threads = True

    def __init__(self) -> None:
        self.connections = 0
        self.closes_after_a_response = False
        self.announces_that_it_closes = False
        self.body: bytes | None = None
        self.may_respond = threading.Event()
        self.may_respond.set()
        super().__init__(("localhost", 0), _Echo)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet when a client closes its connection."""


class _Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or the body would wait for the client to acknowledge the headers.
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.may_respond.wait(5)
        self.send_response(202)
        self.send_header("Content-Length", str(len(body if self.server.body is None else b"xx")))
        self.send_header("X-Name", self.headers["X-Name"])
        if self.server.announces_that_it_closes:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body if self.server.body is None else self.server.body)
        if self.server.closes_after_a_response or self.server.body is not None:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@contextmanager
def closing(url: str) -> Iterator[Connections]:
    ours = Connections(url, CONFIG)
    yield ours
    for idle in ours._idle:
        idle.connection.close()


def connected(server: Server, scheme: str = "http") -> AbstractContextManager[Connections]:
    return closing(f"{scheme}://localhost:{server.server_port}")


def test_a_thousand_requests_share_a_connection(server: Server) -> None:
    with connected(server) as ours:
        for _ in range(1_000):
            response = ours.send(REQUEST)

    assert (response.status, response.headers["x-name"], response.body) == (202, "value", b"body")
    assert server.connections == 1


def test_threads_have_connections_of_their_own_and_leave_them_to_others(server: Server) -> None:
    together = threading.Barrier(4)

    def bodies(ours: Connections, number: int) -> list[bytes]:
        together.wait(5)
        sent = [f"{number} {each}".encode() for each in range(20)]
        assert [ours.send(REQUEST._replace(body=body)).body for body in sent] == sent
        return sent

    with connected(server) as ours, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(bodies, [ours] * 4, range(4)))

    assert len(set(itertools.chain(*found))) == 80
    assert server.connections <= 4


@pytest.mark.parametrize("announced", [True, False])
def test_a_connection_that_the_server_closed_is_replaced(server: Server, announced: bool) -> None:
    server.announces_that_it_closes = announced
    server.closes_after_a_response = not announced

    with connected(server) as ours:
        for _ in range(3):
            assert ours.send(REQUEST).status == 202
            _wait_for_close(ours)

    assert server.connections == 3


def test_a_connection_idle_for_a_minute_is_replaced(server: Server) -> None:
    times = iter([0.0, 59.9, 60.0, 120.0, 120.0])
    ours = Connections(f"http://localhost:{server.server_port}", CONFIG, lambda: next(times))
    connections = []
    for _ in range(3):
        ours.send(REQUEST)
        connections.append(server.connections)
    for idle in ours._idle:
        idle.connection.close()

    assert connections == [1, 1, 2]


def test_an_idle_connection_of_boto3_is_replaced_too(server: Server) -> None:
    times = iter([0.0, 59.0, 118.9, 178.9])
    client = boto3.client("lambda", endpoint_url=f"http://localhost:{server.server_port}")
    close_idle_connections(client, lambda: next(times))
    connections = []
    for _ in range(3):
        client.invoke(FunctionName="f", Payload=b"{}")["Payload"].read()
        connections.append(server.connections)
    client.close()

    assert connections == [1, 1, 2]


def test_a_response_that_nobody_waited_for_is_read_before_the_next_request(
    server: Server,
) -> None:
    server.may_respond.clear()
    seen: list[Any] = []
    with connected(server) as ours:
        ours.send_without_waiting(REQUEST, seen.append)
        assert seen == []
        server.may_respond.set()
        next_response = ours.send(REQUEST._replace(body=b"next"))

    assert [response.body for response in seen] == [b"body"]
    assert next_response.body == b"next"
    assert server.connections == 1


def test_a_response_that_does_not_come_delays_nobody(server: Server) -> None:
    server.may_respond.clear()
    seen: list[Any] = []
    with connected(server) as ours:
        ours.send_without_waiting(REQUEST, seen.append)
        # For the first connection's thread it is too late by now.
        threading.Timer(2 * MAX_LATE_SECONDS, server.may_respond.set).start()
        assert ours.send(REQUEST._replace(body=b"next")).body == b"next"

    assert seen == []
    assert server.connections == 2


def test_a_response_that_is_lost_is_an_error_for_who_asked(server: Server) -> None:
    server.body = b"x"
    seen: list[Any] = []
    with connected(server) as ours:
        ours.send_without_waiting(REQUEST, seen.append)
        with pytest.raises(ResponseError):
            ours.send(REQUEST)

    [error] = seen
    assert isinstance(error, ResponseError)
    assert "ended before the response did" in str(error)


def test_what_cannot_be_sent_raises_whoever_waits() -> None:
    with socket.create_server(("localhost", 0)) as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"

    with pytest.raises(ConnectError, match="refused"):
        Connections(url, CONFIG).send_without_waiting(REQUEST, lambda _: None)


@pytest.mark.parametrize("text", ["a\r\nX-Other: b", "a\nb", "a\rb"])
def test_a_header_stays_one_line(server: Server, text: str) -> None:
    with connected(server) as ours, pytest.raises(ValueError, match="one line"):
        ours.send(REQUEST._replace(headers={"X-Name": text}))


def _wait_for_close(ours: Connections) -> None:
    for idle in ours._idle:
        idle.connection.settimeout(5)
        idle.connection.recv(1, socket.MSG_PEEK)


def test_a_response_cut_short_is_none(server: Server) -> None:
    server.body = b"x"

    with (
        connected(server) as ours,
        pytest.raises(ResponseError, match="ended before the response did"),
    ):
        ours.send(REQUEST)


def test_a_response_is_awaited_for_the_read_timeout() -> None:
    with socket.create_server(("localhost", 0)) as unresponsive:
        url = f"http://localhost:{unresponsive.getsockname()[1]}"

        with pytest.raises(ResponseTimeoutError, match="did not respond in time"):
            Connections(url, CONFIG).send(REQUEST)


def test_a_request_with_a_deadline_is_awaited_until_then_and_the_next_one_as_ever(
    server: Server,
) -> None:
    with connected(server) as ours:
        ours.send(REQUEST._replace(until=time.monotonic() + 60))
        [(kept, _, _)] = ours._idle
        assert 59 < (kept.gettimeout() or 0) <= 60
        ours.send(REQUEST)
        assert kept.gettimeout() == CONFIG.read_timeout

    with socket.create_server(("localhost", 0)) as unresponsive:
        url = f"http://localhost:{unresponsive.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(ResponseTimeoutError):
            Connections(url, CONFIG._replace(read_timeout=60)).send(
                REQUEST._replace(until=started + 0.2)
            )
        assert 0.2 <= time.monotonic() - started < 30


@contextmanager
def a_server_that(sends: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The URL of a server that sends something to its one client, until the event is set."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            sends(connection, over)

    with socket.create_server(("localhost", 0)) as listening, ThreadPoolExecutor() as pool:
        pool.submit(serve, listening)
        try:
            yield f"http://localhost:{listening.getsockname()[1]}"
        finally:
            over.set()


def test_a_response_that_comes_slowly_ends_at_the_deadline() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        # Some seconds, and not for ever if it is not noticed.
        for _ in range(300):
            if not over.wait(0.02):
                connection.sendall(b"H")

    started = time.monotonic()
    with a_server_that(drip) as url, pytest.raises(ResponseTimeoutError):
        Connections(url, CONFIG).send(REQUEST._replace(until=started + 0.2))

    assert 0.2 <= time.monotonic() - started < 5


def test_a_response_that_does_not_stop_coming_ends_after_the_deadline() -> None:
    body = b"x" * 500_000

    def flow(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + body)
        over.wait(5)

    with a_server_that(flow) as url, closing(url) as ours:
        assert ours.send(REQUEST).body == body
    # A second passes each time that somebody looks.
    seconds = itertools.count()
    with a_server_that(flow) as url, pytest.raises(ResponseTimeoutError):
        Connections(url, CONFIG, lambda: next(seconds)).send(REQUEST._replace(until=4.0))


def test_a_closed_port_is_no_connection() -> None:
    with socket.create_server(("localhost", 0)) as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"

    with pytest.raises(ConnectError, match="refused"):
        Connections(url, CONFIG).send(REQUEST)


def test_a_connection_is_awaited_for_the_connect_timeout() -> None:
    config = ClientConfig(connect_timeout=0.1, read_timeout=5, total_max_attempts=1)
    with socket.create_server(("localhost", 0), backlog=0) as full:
        address = full.getsockname()[:2]
        waiting = [socket.create_connection(address)]

        with pytest.raises(ConnectTimeoutError, match="could not be reached in time"):
            Connections(f"http://localhost:{address[1]}", config).send(REQUEST)
        for each in waiting:
            each.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = Server()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as served:
        yield served


def test_another_certificate_authority_can_be_named(
    tls_server: Server, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))

    with connected(tls_server, "https") as ours:
        assert [ours.send(REQUEST).status for _ in range(3)] == [202] * 3
    assert tls_server.connections == 1


def test_an_unknown_authority_is_not_trusted(tls_server: Server) -> None:
    refused = pytest.raises(ConnectError, match="CERTIFICATE_VERIFY_FAILED")
    with connected(tls_server, "https") as ours, refused:
        ours.send(REQUEST)


def test_all_clients_share_the_root_certificates() -> None:
    first = Connections("https://dynamodb.eu-west-1.amazonaws.com", CONFIG)
    second = Connections("https://lambda.eu-west-1.amazonaws.com", CONFIG)

    assert first._tls is second._tls is not None


def test_the_root_certificates_are_those_that_amazon_publishes() -> None:
    known = (files("botocore") / "cacert.pem").read_text()

    # https://www.amazontrust.com/repository/
    assert {fingerprint[:16] for fingerprint in _fingerprints(AMAZON_ROOT_CERTIFICATES)} == {
        "8ecde6884f3d87b1",
        "1ba5b2aa8c65401a",
        "18ce6cfe7bf14e60",
        "e35d28419ed02025",
        "568d6905a2c88708",
    }
    assert _fingerprints(AMAZON_ROOT_CERTIFICATES) <= _fingerprints(known)


def _fingerprints(text: str) -> set[str]:
    found = re.findall("-----BEGIN.*?-----END CERTIFICATE-----", text, re.DOTALL)
    return {hashlib.sha256(ssl.PEM_cert_to_DER_cert(each)).hexdigest() for each in found}
