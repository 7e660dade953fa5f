"""Requests as API Gateway hands them to a function, payload 2.0; and an old system that tells."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

COMPONENT = "shop-dev-front"
LIST = "GET /products"


def an_event(
    target: str = "/products",
    *,
    method: str = "GET",
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    route_key: str = LIST,
    claims: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The path is decoded, but for %25; headers of one name are joined; cookies are apart."""
    path, _, query = target.partition("?")
    decoded = re.sub("(?:%(?!25)[0-9A-Fa-f]{2})+", lambda run: unquote(run[0]), path)
    joined = dict[str, str]()
    for name, value in headers:
        lower = name.lower()
        joined[lower] = f"{joined[lower]},{value}" if lower in joined else value
    cookies = joined.pop("cookie", None)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": decoded,
        "rawQueryString": query,
        "headers": joined,
        "requestContext": {
            "requestId": "r-1",
            "http": {"method": method, "path": decoded, "sourceIp": "192.0.2.1"},
        },
        "isBase64Encoded": bool(body),
    }
    if cookies is not None:
        event["cookies"] = cookies.split("; ")
    if body:
        event["body"] = base64.b64encode(body).decode()
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    found: dict[str, Any] = arrived(event)
    return found


def arrived(value: Any) -> Any:
    """Return the value as JSON brings it: no text is the one in the code that it is compared with,
    however equal."""
    return json.loads(json.dumps(value))


class OldSystem(ThreadingHTTPServer):
    """Answers with what it got, in JSON; may close connections, or stop in the middle."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.connections = 0
        self.requests: list[str] = []
        self.behaviour = ""
        """What it does to the next request: close, cut, hang or last."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OldSystem

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.requests.append(f"{self.command} {self.path}")
        behaviour, self.server.behaviour = self.server.behaviour, ""
        if behaviour == "close":
            self.close_connection = True
            return
        if behaviour == "hang":
            self.rfile.read(1)
            return
        got = {
            "line": f"{self.command} {self.path}",
            "headers": sorted((name.lower(), value) for name, value in self.headers.items()),
            "body": body.hex(),
        }
        text = json.dumps(got).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("Set-Cookie", "a=1; Path=/, x")
        self.send_header("set-cookie", "b=2")
        self.send_header("vary", "accept")
        self.send_header("vary", "origin")
        if behaviour == "last":
            self.send_header("connection", "close")
        self.send_header("content-length", str(len(text) + 9 * (behaviour == "cut")))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)
        self.close_connection = behaviour in ("cut", "last")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nothing."""
