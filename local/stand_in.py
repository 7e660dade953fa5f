"""A server on this machine in place of somebody else's, for a program's local_setup.py."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """A response in JSON."""

    status: int

    body: Any = None

    missing_bytes: int = 0
    """How many bytes more it announces than it has."""


class StandIn(ThreadingHTTPServer):
    """Listens on the loopback. What a subclass has been set to is guarded by `lock`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        """0 is a free port."""
        super().__init__(("127.0.0.1", port), _Requests)
        self.lock = threading.Lock()

    def get(self, target: str) -> Reply:
        """Respond to GET; `target` is the path, with its query."""
        raise NotImplementedError

    def put(self, target: str, body: bytes) -> Reply:
        """Respond to PUT."""
        raise NotImplementedError


class _Requests(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        self._send(self.server.get(self.path))

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._send(self.server.put(self.path, body))

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is the command's."""

    def _send(self, reply: Reply) -> None:
        text = json.dumps(reply.body).encode()
        try:
            self.send_response(reply.status)
            self.send_header("content-length", str(len(text) + reply.missing_bytes))
            self.end_headers()
            self.wfile.write(text)
        except ConnectionError:
            # Who asked has given up, or has been killed.
            self.close_connection = True
