"""A publisher on this machine, which can hang or fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.emulator.start import Emulator
from local.serving import serving

_HANGING_SECONDS = 5


class Publisher(ThreadingHTTPServer):
    """Responds as its mode says: up, failing, hanging, or failing once for each title."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.lock = threading.Lock()
        self.set("up")

    def set(self, mode: str) -> None:
        """Change the mode, and count from 0."""
        with self.lock:
            self.mode, self.calls = mode, 0

    def respond(self) -> int:
        """Return the status of one response."""
        with self.lock:
            self.calls += 1
            mode, number = self.mode, self.calls
        if mode == "hanging":
            time.sleep(_HANGING_SECONDS)
        return 503 if mode == "failing" or (mode == "flickering" and number % 2) else 200


class _Requests(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        """A discount; or, for people and tests, how often it was asked."""
        if self.path.startswith("/discounts"):
            self._send(self.server.respond(), {"percent": 10})
            return
        with self.server.lock:
            self._send(200, {"mode": self.server.mode, "calls": self.server.calls})

    def do_PUT(self) -> None:
        """Change the mode: `PUT /hanging`."""
        self.server.set(self.path.strip("/"))
        self._send(200, {"mode": self.server.mode})

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is the command's."""

    def _send(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except ConnectionError:
            # The worker that asked has been killed.
            self.close_connection = True


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The publisher on a free port."""
    with serving(Publisher()) as publisher:
        yield {"publisherUrl": f"http://127.0.0.1:{publisher.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the publisher."""
    return f"""\
An offer:               curl -s {outputs["shopUrl"]}/offers/Emma
A reservation:          curl -s -X POST {outputs["shopUrl"]}/reservations/Emma
Let the publisher hang: curl -s -X PUT {outputs["publisherUrl"]}/hanging
Let it respond again:   curl -s -X PUT {outputs["publisherUrl"]}/up
Stop the stack:         make down"""
