"""A carrier on this machine, which can be taken down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.emulator.start import Emulator

_SLOW_SECONDS, _HANGING_SECONDS = 1.3, 5


class Carrier(ThreadingHTTPServer):
    """Responds as its mode says: up, down, slow, hanging or broken."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Requests)
        self.lock = threading.Lock()
        self.at_once = 0
        self.set("up")

    def set(self, mode: str) -> None:
        """Change the mode, and count from 0."""
        with self.lock:
            self.mode, self.calls, self.most_at_once = mode, 0, self.at_once

    def respond(self, query: Mapping[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """Return status and body for a parcel."""
        with self.lock:
            self.calls += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            mode = self.mode
        time.sleep({"slow": _SLOW_SECONDS, "hanging": _HANGING_SECONDS}.get(mode, 0.2))
        with self.lock:
            self.at_once -= 1
        if mode == "down":
            return 503, {}
        if query["country"] == ["AQ"]:
            return 404, {}
        return 200, {"cents": 250 + int(query["grams"][0]) // 10}


class _Requests(BaseHTTPRequestHandler):
    server: Carrier

    def do_GET(self) -> None:
        """A rate; or, for people and tests, what the carrier has seen."""
        address = urlsplit(self.path)
        if address.path == "/rates":
            self._send(*self.server.respond(parse_qs(address.query)))
            return
        with self.server.lock:
            seen = {"mode": self.server.mode, "calls": self.server.calls}
            at_once = {"at_once": self.server.at_once, "most_at_once": self.server.most_at_once}
            self._send(200, {**seen, **at_once})

    def do_PUT(self) -> None:
        """Change the mode: `PUT /down`."""
        self.server.set(self.path.strip("/"))
        self._send(200, {"mode": self.server.mode})

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is the command's."""

    def _send(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        # Broken, it hangs up before the end of what it has announced.
        missing = 9 if self.server.mode == "broken" and "cents" in body else 0
        self.send_header("content-length", str(len(text) + missing))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The carrier on the next port."""
    with Carrier(emulator.port + 1) as carrier:
        threading.Thread(target=carrier.serve_forever, daemon=True).start()
        yield {"carrierUrl": f"http://127.0.0.1:{carrier.server_port}"}
        carrier.shutdown()


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the carrier."""
    return f"""\
A quote:                curl -s "{outputs["apiUrl"]}/quotes?country=GB&grams=1200"
Take the carrier down:  curl -s -X PUT http://127.0.0.1:{port + 1}/down
What it has seen:       curl -s http://127.0.0.1:{port + 1}/
Bring it back:          curl -s -X PUT http://127.0.0.1:{port + 1}/up
The circuit breaker:    .venv/bin/python -m serverless_ops circuit-breakers --stack local
Stop the stack:         make down"""
