"""HTTP connections to one endpoint, kept open between requests."""

from __future__ import annotations

import functools
import http.client
import os
import select
import ssl
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from serverless_runtime.shared.aws.amazon_root_certificates import AMAZON_ROOT_CERTIFICATES
from serverless_runtime.shared.aws.client_config import MAX_IDLE_SECONDS, ClientConfig
from serverless_runtime.shared.aws.errors import (
    ConnectError,
    ConnectTimeoutError,
    ResponseError,
    ResponseTimeoutError,
)


class Request(NamedTuple):
    """A POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""

    body: bytes


class Transport(Protocol):
    """Carries a request to its service and returns the response."""

    def send(self, request: Request) -> Response:
        """Send the request once. Raises ConnectError and ResponseError."""
        ...


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
        # Each with the time of its last response. A list's pop and append are atomic.
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []

    def send(self, request: Request) -> Response:
        """Send the request once and read the whole response, so that the connection can be kept.

        Raises ConnectError and ResponseError, and ValueError for a header of several lines.
        """
        text = (
            request_head(self._base_path + request.path, request.headers, request.body)
            + request.body
        )
        connection = self._idle_connection() or self._new_connection()
        try:
            connection.sock.sendall(text)
            received = http.client.HTTPResponse(connection.sock, method="POST")
            received.begin()
            response = Response(
                received.status,
                {name.lower(): value for name, value in received.getheaders()},
                received.read(),
            )
        except TimeoutError as error:
            connection.close()
            raise ResponseTimeoutError(f"{self._host} did not respond in time") from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ResponseError(f"{self._host} did not respond: {error!r}") from error
        if received.will_close:
            connection.close()
        else:
            self._idle.append((connection, self._clock()))
        return response

    def _idle_connection(self) -> http.client.HTTPConnection | None:
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:
                # Another thread took the last one.
                return None
            if self._clock() - since < MAX_IDLE_SECONDS and not _was_closed(connection):
                return connection
            connection.close()
        return None

    def _new_connection(self) -> http.client.HTTPConnection:
        seconds = self._config.connect_timeout
        connection: http.client.HTTPConnection
        if self._tls is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=self._tls
            )
        try:
            connection.connect()
        except TimeoutError as error:
            connection.close()
            raise ConnectTimeoutError(f"{self._host} could not be reached in time") from error
        except OSError as error:
            connection.close()
            raise ConnectError(f"{self._host} could not be reached: {error!r}") from error
        connection.sock.settimeout(self._config.read_timeout)
        return connection


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


def _was_closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed it: nothing else makes an idle connection readable."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


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
