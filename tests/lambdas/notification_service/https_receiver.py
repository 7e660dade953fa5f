"""A webhook's receiver: a real TLS server on 127.0.0.1 that responds as a test wants."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import trustme

HOST = "hooks.example"


@dataclass(frozen=True)
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[socket.socket], None]


def responds(status: int, *headers: str, body: bytes = b"") -> Reply:
    """Send a whole response."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}", "", ""]
    return lambda sock: sock.sendall("\r\n".join(lines).encode() + body)


def drips(start: bytes) -> Reply:
    """Send `start` and then byte after byte until the client disconnects."""

    def reply(sock: socket.socket) -> None:
        sock.sendall(start)
        while True:
            sock.sendall(b"a")

    return reply


def do_not_respond(sock: socket.socket) -> None:
    """Send nothing until the other side closes the connection."""
    while sock.recv(1):
        pass


def resets_after(start: bytes) -> Reply:
    """Send `start`, and then reset the connection."""

    def reply(sock: socket.socket) -> None:
        sock.sendall(start)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    return reply


class HttpsReceiver:
    """Serves one connection after the other; the last of `replies` is repeated."""

    def __init__(self, certificate: trustme.LeafCert) -> None:
        self.replies: list[Reply] = [responds(204)]
        self.requests: list[Request] = []
        self.responds_at_once = False
        """Before it has read anything."""

        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        # Wakes the thread that waits for a connection.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            with plain:
                if self._stopping:
                    return
                # As servers do: a response that waits for an acknowledgement is lost with a reset.
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A client reports what is wrong in its own errors.
                with contextlib.suppress(OSError), self._tls.wrap_socket(plain, True) as sock:
                    self._converse(sock)

    def _converse(self, sock: ssl.SSLSocket) -> None:
        if self.responds_at_once:
            self.replies[0](sock)
            return
        with sock.makefile("rb") as stream:
            line = stream.readline().decode().strip()
            fields = iter(lambda: stream.readline().decode().strip(), "")
            headers = dict(field.split(": ", 1) for field in fields)
            headers = {name.lower(): value for name, value in headers.items()}
            body = stream.read(int(headers["content-length"]))
        self.requests.append(Request(line, headers, body))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        reply(sock)


@contextlib.contextmanager
def receiver_with(certificate: trustme.LeafCert) -> Iterator[HttpsReceiver]:
    server = HttpsReceiver(certificate)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def untouched(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Listen, yield the port, and check at the end that nobody has connected."""
    with socket.create_server((address, port)) as listener:
        yield listener.getsockname()[1]
        # The kernel completes connections by itself, so any client is waiting here by now.
        listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            _, who = listener.accept()
            raise AssertionError(f"someone connected: {who}")


@contextlib.contextmanager
def closed(port: int) -> Iterator[None]:
    """127.0.0.2 refuses connections."""
    yield


@contextlib.contextmanager
def swallowing(port: int) -> Iterator[None]:
    """127.0.0.2 does not accept connections: its backlog is full."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.2", port))
        yield
