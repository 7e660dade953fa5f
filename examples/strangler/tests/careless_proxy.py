"""The negative control: a proxy that decodes paths, and keeps one header of each name."""

from __future__ import annotations

import http.client
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit


class CarelessProxy(ThreadingHTTPServer):
    """Forwards to one server."""

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.netloc = urlsplit(url).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Requests(BaseHTTPRequestHandler):
    server: CarelessProxy

    def _forward(self) -> None:
        path, _, query = self.path.partition("?")
        target = quote(unquote(path).replace("#", "").replace("%", ""))
        if query:
            target += "?" + urlencode(dict(parse_qsl(query)))
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection(self.server.netloc, timeout=30)
        try:
            connection.request(self.command, target, body, dict(self.headers.items()))
            got = connection.getresponse()
            content = got.read()
        finally:
            connection.close()
        self.send_response(got.status)
        for name, value in dict(got.getheaders()).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nothing."""
