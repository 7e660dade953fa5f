"""A catalogue on this machine, of which each part can hang or fail, for all books or for some."""

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
_KNOWN = {"prices": 900, "stock": 3, "reviews": ["A delight.", "Too short."]}


class Catalogue(ThreadingHTTPServer):
    """Responds as the mode of a part says: up, failing or hanging."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.lock = threading.Lock()
        self.modes: dict[str, str] = {}
        self.calls = dict.fromkeys(_KNOWN, 0)

    def respond(self, part: str, title: str) -> tuple[int, Any]:
        """Return status and body for a part of a book's page."""
        with self.lock:
            self.calls[part] += 1
            mode = self.modes.get(f"{part}/{title}") or self.modes.get(part, "up")
        if mode == "hanging":
            time.sleep(_HANGING_SECONDS)
        if title == "Ulysses":
            return 404, None
        return (503, None) if mode == "failing" else (200, _KNOWN[part])

    def set(self, modes: Mapping[str, str]) -> None:
        """Forget what was, and count from 0."""
        with self.lock:
            self.modes, self.calls = dict(modes), dict.fromkeys(_KNOWN, 0)


class _Requests(BaseHTTPRequestHandler):
    server: Catalogue

    def do_GET(self) -> None:
        """A part of a book's page; or, for people and tests, how often each was asked for."""
        part, _, title = self.path.strip("/").partition("/")
        if part in _KNOWN:
            self._send(*self.server.respond(part, title))
            return
        with self.server.lock:
            self._send(200, self.server.calls)

    def do_PUT(self) -> None:
        """Set the modes: `PUT /` with `{"reviews": "hanging", "stock/Emma": "failing"}`."""
        text = self.rfile.read(int(self.headers["content-length"]))
        self.server.set(json.loads(text))
        self._send(200, None)

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is the command's."""

    def _send(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except ConnectionError:
            # Who asked has given up.
            self.close_connection = True


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The catalogue on a free port."""
    with serving(Catalogue()) as catalogue:
        yield {"catalogueUrl": f"http://127.0.0.1:{catalogue.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the catalogue."""
    return f"""\
A book's page:          curl -s {outputs["shopUrl"]}/books/Emma
Let the reviews hang:   curl -s -X PUT -d '{{"reviews": "hanging"}}' {outputs["catalogueUrl"]}
Let all respond again:  curl -s -X PUT -d '{{}}' {outputs["catalogueUrl"]}
How often it was asked: curl -s {outputs["catalogueUrl"]}
Stop the stack:         make down"""
