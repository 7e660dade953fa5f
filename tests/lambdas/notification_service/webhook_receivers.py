"""Receivers of webhooks, as the tests configure them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from typing import Any

import pytest
import trustme

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.channels.webhook_addresses import AddressInfo
from serverless_runtime.notification_service.channels.webhook_connection import Receiver
from serverless_runtime.notification_service.settings.webhook_networks import allowed_network
from tests.lambdas.notification_service.https_receiver import HOST


class Names:
    """A resolver that returns one list of addresses after the other, and repeats the last."""

    def __init__(self, *responses: Sequence[str]) -> None:
        self.responses = list(responses) or [["127.0.0.1"]]
        self.calls = 0

    def __call__(self, host: str, port: int) -> Sequence[AddressInfo]:
        addresses = self.responses[min(self.calls, len(self.responses) - 1)]
        self.calls += 1
        kind, protocol = socket.SOCK_STREAM, socket.IPPROTO_TCP
        return [(socket.AF_INET, kind, protocol, "", (each, port)) for each in addresses]


class SteppingClock:
    """Advances by a tenth of a second whenever it is read."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    """A client's TLS context that trusts this authority only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ca.configure_trust(context)
    return context


def a_receiver(ca: trustme.CA, port: int, **changes: Any) -> Receiver:
    settings = {
        "host": HOST,
        "port": port,
        "path": "/hooks/tasks?team=1",
        "allowed_networks": [allowed_network("127.0.0.1/32")],
        "tls": trusting(ca),
        "resolver": Names(),
    }
    return Receiver(**{**settings, **changes})


def error_of(receiver: Receiver) -> ChannelError:
    """Post, and return the error that is raised."""
    with pytest.raises(ChannelError) as caught:
        receiver.post(b"{}", {})
    return caught.value
