"""Receives the local stack's webhooks: an HTTPS server on the loopback that records its requests.

Its certificate comes from an authority created for each run, which the functions trust. Web pages
are refused: what it received contains the tasks' titles.
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

from local.emulator.start import require_free_port
from local.emulator.web_page_guard import rejection_reason
from local.serving import serving

_HOST = "127.0.0.1"
_NAME = "localhost"
_READ_SECONDS = 10


@dataclass(frozen=True)
class Received:
    """One request as received."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""

    body: bytes


class WebhookReceiver(ThreadingHTTPServer):
    """Records every POST, accepted or rejected, and returns those it accepted to a GET."""

    daemon_threads = True
    request_queue_size = 1_024

    def __init__(self, port: int, folder: Path) -> None:
        """Listen on `port`, and write the certificate of its authority into `folder`."""
        self.received: list[Received] = []
        self.rejected: list[Received] = []
        self.status: int = HTTPStatus.NO_CONTENT
        """The status of every response to a POST; 300 and above reject it."""

        authority = trustme.CA()
        self.authority_file = folder / "webhook-authority.pem"
        authority.cert_pem.write_to_path(str(self.authority_file))
        super().__init__((_HOST, port), _Handler)
        self.url = f"https://{_NAME}:{self.server_port}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(_NAME).configure_cert(context)
        # The handshake runs in the connection's own thread, so that a slow one delays no other.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects, or does not trust the certificate, is not an error here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def about(self, words: str) -> list[Received]:
        """Accepted requests with `words` in the body, oldest first."""
        escaped = json.dumps(words)[1:-1]
        return [each for each in list(self.received) if escaped in _as_ascii(each.body)]


class _Handler(BaseHTTPRequestHandler):
    server: WebhookReceiver
    timeout = _READ_SECONDS

    def do_POST(self) -> None:
        if self._refuses():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server.status
        accepts = status < HTTPStatus.MULTIPLE_CHOICES
        record = self.server.received if accepts else self.server.rejected
        record.append(Received(self.path, headers, body))
        self._respond(status)

    def do_GET(self) -> None:
        if self._refuses():
            return
        requests = [
            {"path": each.path, "headers": each.headers, "body": each.body.decode()}
            for each in list(self.server.received)
        ]
        self._respond(HTTPStatus.OK, json.dumps(requests, indent=2, ensure_ascii=False).encode())

    def log_message(self, *args: object) -> None:
        """No line per request."""

    def _refuses(self) -> bool:
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        reason = rejection_reason(self.path, headers, self.server.server_port, scheme="https")
        if reason is not None:
            # The body is unread, and would be taken for the next request.
            self.close_connection = True
            self._respond(HTTPStatus.FORBIDDEN, json.dumps({"message": reason}).encode())
        return reason is not None

    def _respond(self, status: int, body: bytes = b"") -> None:
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
