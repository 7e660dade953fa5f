"""One HTTPS POST to an address that was checked before, within a hard time limit.

No proxy of the environment, no redirect, no second lookup of the host between check and connect.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence

from serverless_runtime.notification_service.channel import ChannelError, UnknownOutcomeError
from serverless_runtime.notification_service.channels.webhook_addresses import (
    AddressInfo,
    Resolver,
    checked_addresses,
    resolve,
)
from serverless_runtime.notification_service.channels.webhook_deadline import (
    Deadline,
)
from serverless_runtime.notification_service.channels.webhook_exchange import (
    NoResponseError,
    Response,
    exchange,
)
from serverless_runtime.notification_service.settings.webhook_networks import Network
from serverless_runtime.shared.aws.connections import request_head
from serverless_runtime.shared.frozen import field, frozen

_DEFAULT_PORT = 443

POST_SECONDS = 5.0
"""The whole request, from the lookup of the host to the last byte of the response."""


@frozen
class Receiver:
    """Where to post, and under which rules."""

    host: str
    port: int
    path: str = field(in_repr=False)
    allowed_networks: Sequence[Network] = ()
    seconds: float = POST_SECONDS
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    resolver: Resolver = resolve
    clock: Callable[[], float] = time.monotonic

    def post(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """Post `body` and return the response, whatever its status.

        Raises PermanentChannelError if the host resolves to a forbidden address, ChannelError if
        the request was not started, and UnknownOutcomeError if it was, but got no response.
        """
        deadline = Deadline(self.seconds, self.clock)
        addresses = checked_addresses(
            self.host, self.port, self.allowed_networks, self.resolver, deadline
        )
        target = self.host if self.port == _DEFAULT_PORT else f"{self.host}:{self.port}"
        request = request_head(self.path, {"Host": target, **headers}, body) + body
        with self._connected(addresses, deadline) as connection:
            return self._exchange(connection, request, deadline)

    def _connected(self, addresses: Sequence[AddressInfo], deadline: Deadline) -> ssl.SSLSocket:
        try:
            plain = _first_that_connects(addresses, deadline)
        except OSError as error:
            raise ChannelError(
                f"{self.host} could not be reached ({_describe(error)}); nothing was sent"
            ) from error
        try:
            plain.settimeout(deadline.remaining())
            # The end of a connection that TLS did not announce may truncate a response.
            return self.tls.wrap_socket(
                plain, server_hostname=self.host, suppress_ragged_eofs=False
            )
        except OSError as error:
            plain.close()
            raise ChannelError(
                f"{self.host} failed the TLS handshake ({_describe(error)}); nothing was sent"
            ) from error

    def _exchange(self, connection: ssl.SSLSocket, request: bytes, deadline: Deadline) -> Response:
        try:
            return exchange(connection, request, deadline)
        except (OSError, NoResponseError) as error:
            raise UnknownOutcomeError(
                f"{self.host} did not respond ({_describe(error)}); it may have accepted the event"
            ) from error


def _first_that_connects(addresses: Sequence[AddressInfo], deadline: Deadline) -> socket.socket:
    """Try one address after the other; each gets an equal share of the remaining time."""
    last: OSError = TimeoutError()
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(deadline.remaining() / (len(addresses) - number))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def _describe(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    if isinstance(error, NoResponseError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
