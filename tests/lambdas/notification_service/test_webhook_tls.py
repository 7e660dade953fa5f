from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import trustme

from serverless_runtime.notification_service.channel import ChannelError
from serverless_runtime.notification_service.channels.webhook_connection import Receiver
from serverless_runtime.notification_service.settings.webhook_networks import allowed_network
from tests.lambdas.notification_service.https_receiver import HOST, HttpsReceiver, receiver_with
from tests.lambdas.notification_service.webhook_receivers import Names, a_receiver, error_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_certificate_of_another_name_is_rejected(ca: trustme.CA) -> None:
    with receiver_with(ca.issue_cert("other.example")) as server:
        error = error_of(a_receiver(ca, server.port))

        assert server.requests == []
    assert type(error) is ChannelError
    assert "certificate: Hostname mismatch" in str(error)


def test_an_expired_certificate_is_rejected(ca: trustme.CA) -> None:
    old = ca.issue_cert(HOST, not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=1))
    with receiver_with(old) as server:
        error = error_of(a_receiver(ca, server.port))

        assert server.requests == []
    assert type(error) is ChannelError
    assert "certificate: certificate has expired" in str(error)


def test_a_certificate_of_an_unknown_authority_is_rejected(server: HttpsReceiver) -> None:
    error = error_of(a_receiver(trustme.CA(), server.port))

    assert type(error) is ChannelError
    assert "failed the TLS handshake (certificate: " in str(error)
    assert server.requests == []


def test_the_systems_authorities_are_trusted_by_default(server: HttpsReceiver) -> None:
    networks = [allowed_network("127.0.0.1/32")]
    receiver = Receiver(
        host=HOST, port=server.port, path="/", allowed_networks=networks, resolver=Names()
    )

    assert "certificate: " in str(error_of(receiver))
    assert server.requests == []


def test_without_a_tls_handshake_nothing_is_sent(ca: trustme.CA) -> None:
    # Connected by the kernel, and never accepted.
    with socket.create_server(("127.0.0.1", 0)) as mute:
        error = error_of(a_receiver(ca, mute.getsockname()[1], seconds=0.2))

    assert type(error) is ChannelError
    assert str(error) == f"{HOST} failed the TLS handshake (TimeoutError); nothing was sent"
