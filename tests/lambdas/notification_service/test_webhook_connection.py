from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import trustme

from serverless_runtime.notification_service.channel import (
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from serverless_runtime.notification_service.settings.webhook_networks import allowed_network
from tests.lambdas.notification_service.https_receiver import (
    HOST,
    HttpsReceiver,
    closed,
    do_not_respond,
    drips,
    resets_after,
    responds,
    swallowing,
    untouched,
)
from tests.lambdas.notification_service.webhook_receivers import (
    Names,
    SteppingClock,
    a_receiver,
    error_of,
)


def test_a_post_arrives_as_it_was_given(ca: trustme.CA, server: HttpsReceiver) -> None:
    server.replies = [responds(202, "X-Request-Id: 4711", body=b"thanks")]

    response = a_receiver(ca, server.port).post(b'{"a": 1}' * 20_000, {"webhook-id": "one"})

    assert (response.status, response.headers["x-request-id"]) == (202, "4711")
    [request] = server.requests
    assert request.line == "POST /hooks/tasks?team=1 HTTP/1.1"
    assert request.headers["host"] == f"{HOST}:{server.port}"
    assert request.headers["webhook-id"] == "one"
    assert request.body == b'{"a": 1}' * 20_000


def test_a_proxy_in_the_environment_is_not_used(
    ca: trustme.CA, server: HttpsReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with untouched() as port:
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")

        assert a_receiver(ca, server.port).post(b"{}", {}).status == 204


def test_a_host_whose_dns_changes_is_resolved_once(ca: trustme.CA, server: HttpsReceiver) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    with untouched("127.0.0.2", server.port):
        response = a_receiver(ca, server.port, resolver=names).post(b"{}", {})

    assert response.status == 204
    assert names.calls == 1


@pytest.mark.parametrize(
    "addresses", [["127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]]
)
def test_nothing_is_connected_for_a_host_with_a_forbidden_address(
    ca: trustme.CA, addresses: list[str]
) -> None:
    with untouched("127.0.0.1") as port, untouched("127.0.0.2", port):
        error = error_of(a_receiver(ca, port, resolver=Names(addresses)))

    assert type(error) is PermanentChannelError
    assert str(error).startswith(f"{HOST} resolves to 127.0.0.2, which is not public")


def test_a_redirect_is_not_followed(ca: trustme.CA, server: HttpsReceiver) -> None:
    names = Names(["127.0.0.1"])
    with untouched() as port:
        server.replies = [responds(302, f"Location: https://127.0.0.1:{port}/latest/meta-data")]

        response = a_receiver(ca, server.port, resolver=names).post(b"{}", {})

    assert response.status == 302
    assert (len(server.requests), names.calls) == (1, 1)


@pytest.mark.parametrize("first", [closed, swallowing])
def test_after_an_address_that_does_not_respond_the_next_is_tried(
    ca: trustme.CA, server: HttpsReceiver, first: Callable[[int], AbstractContextManager[None]]
) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])
    allowed = [allowed_network("127.0.0.0/8")]
    with first(server.port):
        receiver = a_receiver(
            ca, server.port, resolver=names, allowed_networks=allowed, seconds=1.0
        )

        assert receiver.post(b"{}", {}).status == 204


def test_a_refused_connection_has_sent_nothing(ca: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    error = error_of(a_receiver(ca, port))

    assert type(error) is ChannelError
    assert str(error) == (
        f"{HOST} could not be reached (ConnectionRefusedError: Connection refused); "
        "nothing was sent"
    )


def test_a_receiver_that_never_responds_may_have_accepted(
    ca: trustme.CA, server: HttpsReceiver
) -> None:
    server.replies = [do_not_respond]

    error = error_of(a_receiver(ca, server.port, seconds=0.5))

    assert type(error) is UnknownOutcomeError
    assert str(error) == f"{HOST} did not respond (TimeoutError); it may have accepted the event"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_a_byte_now_and_then_buys_no_time(
    ca: trustme.CA, server: HttpsReceiver, start: bytes
) -> None:
    server.replies = [drips(start)]

    error = error_of(a_receiver(ca, server.port, clock=SteppingClock()))

    assert type(error) is UnknownOutcomeError
    assert "(TimeoutError)" in str(error)


def test_a_dripping_body_does_not_undo_its_status(ca: trustme.CA, server: HttpsReceiver) -> None:
    server.replies = [drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n")]

    assert a_receiver(ca, server.port, clock=SteppingClock()).post(b"{}", {}).status == 200


def test_a_huge_body_is_left_unread(ca: trustme.CA, server: HttpsReceiver) -> None:
    hung_up = threading.Event()

    def flood(sock: socket.socket) -> None:
        try:
            sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(50_000_000))
        except OSError:
            hung_up.set()

    server.replies = [flood]

    assert a_receiver(ca, server.port, clock=lambda: 0.0).post(b"{}", {}).status == 200
    assert hung_up.wait(timeout=10)


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nX-Half: a", b"SSH-2.0-OpenSSH_9.9\r\n"]
)
def test_a_truncated_response_is_an_unknown_outcome(
    ca: trustme.CA, server: HttpsReceiver, start: bytes
) -> None:
    server.replies = [resets_after(start)]

    error = error_of(a_receiver(ca, server.port))

    assert type(error) is UnknownOutcomeError
    assert "it may have accepted the event" in str(error)


def test_a_post_that_breaks_off_may_have_been_accepted(ca: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(HOST).configure_cert(tls)

        def hang_up() -> None:
            plain, _ = listener.accept()
            with tls.wrap_socket(plain, True) as sock:
                sock.recv(1)

        thread = threading.Thread(target=hang_up)
        thread.start()
        try:
            # More than all buffers on the way hold.
            receiver = a_receiver(ca, listener.getsockname()[1])
            with pytest.raises(UnknownOutcomeError, match="it may have accepted the event"):
                receiver.post(bytes(20_000_000), {})
        finally:
            thread.join()
