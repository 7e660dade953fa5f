"""The old shop: a plain HTTP server of its own, which knows nothing of what stands before it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from local.emulator.start import Emulator
from local.serving import serving

PRODUCTS = [
    {"id": "atlas", "title": "Atlas", "price": "19.99", "stock": 3},
    {"id": "emma", "title": "Emma", "price": "9.00", "stock": 12},
    {"id": "field guide", "title": "A Field Guide", "price": "24.50", "stock": 0},
    {"id": "größe", "title": "Größe", "price": "12.25", "stock": 1},
]
_SEEN_HEADERS = (
    *("accept", "accept-encoding", "accept-language", "authorization", "content-type", "cookie"),
    *("if-none-match", "referer", "user-agent"),
)


class OldShop(ThreadingHTTPServer):
    """Counts what it answers, by method and path."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.lock = threading.Lock()
        self.answered: Counter[str] = Counter()
        self.is_down = False


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OldShop

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path
        if path == "/_control":
            self._control(body)
            return
        with self.server.lock:
            self.server.answered[f"{self.command} {path}"] += 1
            is_down = self.server.is_down
        if is_down:
            self._send(503, b"down for maintenance", [("content-type", "text/plain")])
            return
        status, answer, headers = self._page(path, body)
        # What it got is told by a digest, so that whoever changes a request changes the answer.
        self._send(status, answer, [*headers, ("x-request-seen", self._digest(body))])

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _page(self, path: str, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        cookies = [("set-cookie", "seen=1; Path=/"), ("set-cookie", "basket=a%20b; HttpOnly")]
        as_json = [
            ("content-type", "application/json"),
            ("etag", '"7"'),
            ("vary", "accept"),
            ("vary", "origin"),
            # http.server writes Latin-1: these are the bytes of UTF-8.
            ("x-motto", "Größe 本 ж".encode().decode("latin-1")),
        ]
        if path == "/products" and self.command in ("GET", "HEAD"):
            return 200, json.dumps({"items": PRODUCTS}, indent=1).encode(), [*as_json, *cookies]
        if path.startswith("/products/") and self.command in ("GET", "HEAD"):
            wanted = unquote(path.removeprefix("/products/"))
            for each in PRODUCTS:
                if each["id"] == wanted:
                    return 200, json.dumps(each).encode(), [*as_json, *cookies]
            return 404, b'{"error": "no such product"}', as_json
        if path == "/orders" and self.command == "POST":
            order = hashlib.sha256(body).hexdigest()[:12]
            place = ("location", f"/orders/{order}")
            return 201, json.dumps({"id": order}).encode(), [*as_json, place, *cookies]
        if path == "/login":
            place = ("location", "/account?from=%2Flogin&ok")
            return 302, b"", [("content-type", "text/html"), place, *cookies]
        # A picture, or whatever: bytes that are no text.
        content = hashlib.sha512(f"{self.command} {self.path}".encode() + body).digest() + body
        return 200, content, [("content-type", "application/octet-stream"), ("vary", "*")]

    def _digest(self, body: bytes) -> str:
        # A header on several lines means the same as their list on one.
        headers = [
            f"{name}: {', '.join(self.headers.get_all(name, []))}"
            for name in {name.lower() for name in self.headers}
            if name in _SEEN_HEADERS or name.startswith("x-customer")
        ]
        seen = "\n".join([self.command, self.path, *sorted(headers)]).encode()
        return hashlib.sha256(seen + b"\n\n" + body).hexdigest()

    def _control(self, body: bytes) -> None:
        """For people and tests: `PUT {"down": true}` counts from 0; GET returns the counts."""
        server = self.server
        with server.lock:
            if self.command == "PUT":
                server.is_down = bool(json.loads(body)["down"])
                server.answered.clear()
            counts = json.dumps(server.answered).encode()
        self._send(200, counts, [("content-type", "application/json")])

    def _send(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        try:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except ConnectionError:
            # Who asked has given up.
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is the command's."""


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The old shop on a free port."""
    with serving(OldShop()) as shop:
        yield {"oldShopUrl": f"http://127.0.0.1:{shop.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop, and how to move a route."""
    old, front = outputs["oldShopUrl"], outputs["frontUrl"]
    ops = f"python -m serverless_ops strangler {{}} --stack local --endpoint-url http://127.0.0.1:{port}"
    return f"""\
The products:           curl -s {front}/products
Of the old shop itself: curl -s {old}/products
Let the old shop fail:  curl -s -X PUT -d '{{"down": true}}' {old}/_control
Who answers:            {ops.format("status")}
Move a route:           {ops.format('set "GET /products" shadow')}
Stop the stack:         make down"""
