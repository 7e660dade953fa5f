"""The old system, over connections that stay open between requests."""

from __future__ import annotations

import functools
import http.client
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from serverless_runtime.shared.aws.connections import is_readable, opened
from serverless_runtime.strangler.answers import Answer
from serverless_runtime.strangler.requests import BadRequestError, LegacyRequest
from serverless_runtime.strangler.responses import TooLargeError, read_answer

_CONNECT_SECONDS = 3
_MAX_IDLE_SECONDS = 50
"""Load balancers close what has been idle for 60 s."""

_REPEATABLE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")
_WITH_BODY = ("POST", "PUT", "PATCH")


class LegacyError(Exception):
    """The old system did not answer; the text says why."""


class LegacyTimeoutError(LegacyError):
    """It did not answer in time."""


class LegacyTooLargeError(LegacyError):
    """It answered more than a function may return."""


class Legacy:
    """Sends requests, and follows no redirect. Not for several threads at once."""

    def __init__(
        self, url: str, seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._base_path = parts.path.rstrip("/")
        self._netloc = parts.netloc
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._seconds = seconds
        self._clock = clock
        self._kept: tuple[http.client.HTTPConnection, float] | None = None

    def send(self, request: LegacyRequest) -> Answer:
        """Return the answer, whatever its status. Raises LegacyError and BadRequestError.

        A request that may be repeated is sent once more if a connection of before has broken.
        """
        until = self._clock() + self._seconds
        kept = self._kept_connection()
        if kept is not None:
            try:
                return self._exchanged(kept, request, until)
            except (LegacyTimeoutError, LegacyTooLargeError):
                raise
            except LegacyError:
                if request.method not in _REPEATABLE:
                    raise
        return self._exchanged(self._new_connection(until), request, until)

    def close(self) -> None:
        """Close the connection that is kept, if one is."""
        if self._kept is not None:
            self._kept[0].close()
            self._kept = None

    def _exchanged(
        self, connection: http.client.HTTPConnection, request: LegacyRequest, until: float
    ) -> Answer:
        try:
            answer, may_stay = self._try(connection, request, until)
        except BaseException:
            connection.close()
            raise
        if may_stay:
            self._kept = connection, self._clock()
        else:
            connection.close()
        return answer

    def _try(
        self, connection: http.client.HTTPConnection, request: LegacyRequest, until: float
    ) -> tuple[Answer, bool]:
        left = functools.partial(self._left, until)
        try:
            connection.sock.settimeout(left())
            _write(connection, self._netloc, self._base_path, request)
            return read_answer(connection, left)
        except TimeoutError as error:
            raise LegacyTimeoutError(f"no answer in {self._seconds:g} s") from error
        except TooLargeError as error:
            raise LegacyTooLargeError(f"the answer is too large: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            raise LegacyError(f"no answer: {type(error).__name__}") from error

    def _kept_connection(self) -> http.client.HTTPConnection | None:
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        connection, since = kept
        # Nothing but its end makes an idle connection readable.
        if self._clock() - since < _MAX_IDLE_SECONDS and not is_readable(connection.sock, 0):
            return connection
        connection.close()
        return None

    def _new_connection(self, until: float) -> http.client.HTTPConnection:
        try:
            seconds = min(_CONNECT_SECONDS, self._left(until))
        except TimeoutError:
            raise LegacyTimeoutError(f"no answer in {self._seconds:g} s") from None
        try:
            sock = opened(self._host, self._port, self._tls, seconds)
        except OSError as error:
            raise LegacyError(f"not reached: {type(error).__name__}") from error
        # With a port, or it would look for one in an IPv6 address.
        connection = http.client.HTTPConnection(self._host, self._port or http.client.HTTP_PORT)
        connection.sock = sock
        return connection

    def _left(self, until: float) -> float:
        left = until - self._clock()
        if left <= 0:
            raise TimeoutError
        return left


def _write(
    connection: http.client.HTTPConnection, host: str, base_path: str, request: LegacyRequest
) -> None:
    try:
        # The client's own headers, and none of http.client's.
        connection.putrequest(
            request.method, base_path + request.target, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("host", host)
        for name, value in request.headers:
            connection.putheader(name, value.encode())
    except (ValueError, http.client.InvalidURL) as error:
        raise BadRequestError(f"not a request of HTTP/1.1: {type(error).__name__}") from error
    if request.body or request.method in _WITH_BODY:
        connection.putheader("content-length", str(len(request.body)))
    connection.endheaders(request.body or None)
