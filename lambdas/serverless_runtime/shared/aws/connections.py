"""HTTP connections to one endpoint, kept open between requests."""

from __future__ import annotations

import functools
import http.client
import os
import select
import ssl
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from serverless_runtime.shared.aws.amazon_roots import AMAZON_ROOTS
from serverless_runtime.shared.aws.errors import NoAnswerError, NotConnectedError
from serverless_runtime.shared.aws.retries import Patience


class Request(NamedTuple):
    """A POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""

    body: bytes


class Transport(Protocol):
    """Carries a request to its service and brings the answer."""

    def send(self, request: Request) -> Answer:
        """Send the request once. Raises NotConnectedError and NoAnswerError."""
        ...


class Connections:
    """Fulfils `Transport`; threads may share it. A connection serves one request at a time."""

    def __init__(self, endpoint: str, patience: Patience) -> None:
        url = urlsplit(endpoint)
        self._host = url.hostname or ""
        self._port = url.port
        self._base_path = url.path.rstrip("/")
        self._patience = patience
        self._tls = _tls_context(self._host) if url.scheme == "https" else None
        # Taking from and adding to a list are each one step for Python's threads.
        self._idle: list[http.client.HTTPConnection] = []

    def send(self, request: Request) -> Answer:
        """Send the request once and read the whole answer, so that the connection can be kept.

        Raises NotConnectedError and NoAnswerError.
        """
        connection = self._idle_connection() or self._new_connection()
        try:
            connection.request(
                "POST", self._base_path + request.path, request.body, dict(request.headers)
            )
            response = connection.getresponse()
            answer = Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswerError(f"{self._host} gave no answer: {error!r}") from error
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def _idle_connection(self) -> http.client.HTTPConnection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                # Another thread took the last one.
                return None
            if not _was_closed(connection):
                return connection
            connection.close()
        return None

    def _new_connection(self) -> http.client.HTTPConnection:
        seconds = self._patience.connect_timeout
        connection: http.client.HTTPConnection
        if self._tls is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=self._tls
            )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise NotConnectedError(f"{self._host} could not be reached: {error!r}") from error
        connection.sock.settimeout(self._patience.read_timeout)
        return connection


def _was_closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has hung up: nothing else makes an idle connection readable."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _tls_context(host: str) -> ssl.SSLContext:
    """Trust Amazon's own roots: reading those of everybody takes a fifth of a cold start.

    Another set is named by AWS_CA_BUNDLE, as in the SDKs.
    """
    bundle = os.environ.get("AWS_CA_BUNDLE") or None
    return _context(bundle, AMAZON_ROOTS if host.endswith(".amazonaws.com") else None)


@functools.cache
def _context(bundle: str | None, roots: str | None) -> ssl.SSLContext:
    if bundle is not None:
        return ssl.create_default_context(cafile=bundle)
    # Without roots either, it trusts what the system trusts.
    return ssl.create_default_context(cadata=roots)
