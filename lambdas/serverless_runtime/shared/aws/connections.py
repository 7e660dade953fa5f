"""HTTP connections to one endpoint, kept open between requests."""

from __future__ import annotations

import functools
import os
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from serverless_runtime.shared.aws.amazon_root_certificates import AMAZON_ROOT_CERTIFICATES
from serverless_runtime.shared.aws.client_config import (
    MAX_IDLE_SECONDS,
    MAX_LATE_SECONDS,
    ClientConfig,
)
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ConnectError,
    ConnectTimeoutError,
    ResponseError,
    ResponseTimeoutError,
)
from serverless_runtime.shared.aws.http_response import MalformedResponseError, read_response

_RECEIVED_BYTES = 65_536
_HTTP_PORT, _HTTPS_PORT = 80, 443


class Request(NamedTuple):
    """A POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    until: float | None = None
    """When it fails at the latest, in seconds of `time.monotonic`, if that is not up to the
    client's timeouts."""


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""

    body: bytes


Then = Callable[[Response | AwsCallError], None]
"""Gets the response to a request that nobody waited for, or the error in its place."""


class Transport(Protocol):
    """Carries a request to its service and returns the response."""

    def send(self, request: Request) -> Response:
        """Send the request once. Raises ConnectError and ResponseError."""
        ...

    def send_without_waiting(self, request: Request, then: Then) -> None:
        """Send the request once; a later request calls `then`, or none does.

        Raises ConnectError and ResponseError if it cannot be sent.
        """
        ...


class _Idle(NamedTuple):
    connection: socket.socket

    since: float

    then: Then | None
    """What to do with the response that is still to be read, if one is."""


class Connections:
    """Implements `Transport`; threads may share it. A connection serves one request at a time."""

    def __init__(
        self, endpoint: str, config: ClientConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        url = urlsplit(endpoint)
        self._host = url.hostname or ""
        self._port = url.port
        self._base_path = url.path.rstrip("/")
        self._config = config
        self._tls = _tls_context(self._host) if url.scheme == "https" else None
        self._clock = clock
        # A list's pop and append are atomic.
        self._idle: list[_Idle] = []

    def send(self, request: Request) -> Response:
        """Send the request once and read the whole response, so that the connection can be kept.

        Raises ConnectError and ResponseError, and ValueError for a header of several lines.
        """
        connection = self._sent(request)
        response, is_last = self._received(connection, request.until)
        if is_last:
            connection.close()
        else:
            self._idle.append(_Idle(connection, self._clock(), None))
        return response

    def send_without_waiting(self, request: Request, then: Then) -> None:
        """Send the request once, and read its response when the connection is needed again.

        Raises what `send` raises while it sends. `then` is never called if the response takes
        longer than MAX_LATE_SECONDS then, or no further request comes within MAX_IDLE_SECONDS.
        """
        self._idle.append(_Idle(self._sent(request), self._clock(), then))

    def _sent(self, request: Request) -> socket.socket:
        """Return the connection on which the request has been sent."""
        text = (
            request_head(self._base_path + request.path, request.headers, request.body)
            + request.body
        )
        until = request.until
        connection = self._idle_connection() or self._new_connection(until)
        connection.settimeout(self._read_timeout(until))
        try:
            connection.sendall(text)
        except OSError as error:
            raise self._failed(connection, error) from error
        return connection

    def _received(self, connection: socket.socket, until: float | None) -> tuple[Response, bool]:
        """Return the response, and whether the connection ends with it."""

        is_late = False

        def receive() -> bytes:
            nonlocal is_late
            if until is not None:
                if is_late:
                    raise TimeoutError
                # What has arrived by then is still read.
                is_late = self._clock() >= until
                connection.settimeout(self._seconds_left(until))
            return connection.recv(_RECEIVED_BYTES)

        try:
            status, headers, body, is_last = read_response(receive)
        except (OSError, MalformedResponseError) as error:
            raise self._failed(connection, error) from error
        return Response(status, headers, body), is_last

    def _failed(self, connection: socket.socket, error: Exception) -> ResponseError:
        connection.close()
        if isinstance(error, TimeoutError):
            return ResponseTimeoutError(f"{self._host} did not respond in time")
        return ResponseError(f"{self._host} did not respond: {error!r}")

    def _idle_connection(self) -> socket.socket | None:
        while self._idle:
            try:
                idle = self._idle.pop()
            except IndexError:
                # Another thread took the last one.
                return None
            if self._clock() - idle.since < MAX_IDLE_SECONDS and self._is_free(idle):
                return idle.connection
            idle.connection.close()
        return None

    def _is_free(self, idle: _Idle) -> bool:
        """Whether the other side awaits a request; reads the response before, if one is due."""
        if idle.then is not None:
            if not is_readable(idle.connection, MAX_LATE_SECONDS):
                return False
            try:
                until = self._clock() + MAX_LATE_SECONDS
                response, is_last = self._received(idle.connection, until)
            except ResponseError as error:
                idle.then(error)
                return False
            idle.then(response)
            if is_last:
                return False
        # Nothing but its end makes an idle connection readable.
        return not is_readable(idle.connection, 0)

    def _read_timeout(self, until: float | None) -> float:
        return self._config.read_timeout if until is None else self._seconds_left(until)

    def _seconds_left(self, until: float) -> float:
        # A socket with a timeout of 0 would not wait for what is there already.
        return max(until - self._clock(), 0.001)

    def _new_connection(self, until: float | None) -> socket.socket:
        seconds = self._config.connect_timeout
        if until is not None:
            seconds = min(seconds, self._seconds_left(until))
        try:
            return opened(self._host, self._port, self._tls, seconds)
        except TimeoutError as error:
            raise ConnectTimeoutError(f"{self._host} could not be reached in time") from error
        except OSError as error:
            raise ConnectError(f"{self._host} could not be reached: {error!r}") from error


def opened(
    host: str, port: int | None, tls: ssl.SSLContext | None, seconds: float
) -> socket.socket:
    """Return a connection that is open, with the seconds as its timeout. Raises OSError."""
    default_port = _HTTP_PORT if tls is None else _HTTPS_PORT
    connection = socket.create_connection((host, port or default_port), seconds)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tls.wrap_socket(connection, server_hostname=host) if tls else connection
    except BaseException:
        connection.close()
        raise


def request_head(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a POST up to its body. `http.client` would write it in ten times the instructions, and
    send it apart from the body. Raises ValueError for a header of several lines."""
    lines = [
        f"POST {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
        "Accept-Encoding: identity",
        "\r\n",
    ]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) or head.count("\r") != len(lines):
        raise ValueError("a path and a header must each be one line")
    return head.encode("latin-1")


def is_readable(connection: socket.socket, seconds: float) -> bool:
    """Whether something arrives within the seconds, or its end does."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _tls_context(host: str) -> ssl.SSLContext:
    """Trust Amazon's root certificates: reading the system's takes a fifth of a cold start.

    AWS_CA_BUNDLE names another set, as in the SDKs.
    """
    bundle = os.environ.get("AWS_CA_BUNDLE") or None
    return _context(bundle, AMAZON_ROOT_CERTIFICATES if host.endswith(".amazonaws.com") else None)


@functools.cache
def _context(bundle: str | None, certificates: str | None) -> ssl.SSLContext:
    if bundle is not None:
        return ssl.create_default_context(cafile=bundle)
    # Without certificates either, it trusts what the system trusts.
    return ssl.create_default_context(cadata=certificates)
