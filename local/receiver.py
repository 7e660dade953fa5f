"""Receives the local stack's webhooks: an HTTPS server on the loopback that keeps what it gets.

Its certificate comes from an authority made on the spot, which the functions are told to trust.
"""

from __future__ import annotations

import json
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from local.emulator import require_free_port
from local.serving import serving

_HOST = "127.0.0.1"
_NAME = "localhost"
_READ_SECONDS = 10


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""

    body: bytes


class WebhookReceiver(ThreadingHTTPServer):
    """Keeps every post, accepted or refused, and shows those it accepted to a GET."""

    daemon_threads = True
    request_queue_size = 1_024

    def __init__(self, port: int, folder: Path) -> None:
        """Listen on `port`, and write the certificate of its authority into `folder`."""
        self.received: list[Received] = []
        self.refused: list[Received] = []
        self.status: int = HTTPStatus.NO_CONTENT
        """What every post is answered with; from 300 on, it is refused."""

        authority = trustme.CA()
        self.authority_file = folder / "webhook-authority.pem"
        authority.cert_pem.write_to_path(str(self.authority_file))
        super().__init__((_HOST, port), _Handler)
        self.url = f"https://{_NAME}:{self.server_port}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(_NAME).configure_cert(context)
        # The handshake is left to the connection's own thread: a slow one holds up nobody else.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or does not trust us, is no fault of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def about(self, words: str) -> list[Received]:
        """What it received with `words` in its body, oldest first."""
        escaped = json.dumps(words)[1:-1]
        return [each for each in list(self.received) if escaped in _as_ascii(each.body)]


class _Handler(BaseHTTPRequestHandler):
    server: WebhookReceiver
    timeout = _READ_SECONDS

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server.status
        accepts = status < HTTPStatus.MULTIPLE_CHOICES
        kept = self.server.received if accepts else self.server.refused
        kept.append(Received(self.path, headers, body))
        self._answer(status)

    def do_GET(self) -> None:
        kept = [
            {"path": each.path, "headers": each.headers, "body": each.body.decode()}
            for each in list(self.server.received)
        ]
        self._answer(HTTPStatus.OK, json.dumps(kept, indent=2, ensure_ascii=False).encode())

    def log_message(self, *args: object) -> None:
        """Nobody reads a line per request."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _as_ascii(body: bytes) -> str:
    return json.dumps(json.loads(body))


@contextmanager
def running_receiver(port: int, folder: Path) -> Iterator[WebhookReceiver]:
    """A running receiver, for as long as the block runs. EmulatorError if the port is taken."""
    require_free_port(port)
    with serving(WebhookReceiver(port, folder)) as receiver:
        yield receiver
