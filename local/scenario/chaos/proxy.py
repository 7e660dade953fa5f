"""A proxy on 127.0.0.1 between the functions and the emulator, which injects network faults."""

from __future__ import annotations

import http.client
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.scenario.chaos.duplicate_window import DuplicateWindow
from local.serving import serving

RATE = 0.06
"""Share of the requests that fail while faults are on."""

_UPSTREAM_SECONDS = 30
_REJECTED, _UNREACHED = "rejected", "never arrived"
_LOST, _SILENT = "response lost", "response timeout"
# Longer than the runtime's timeout for each service (serverless_runtime.shared.aws).
_SILENCE_SECONDS = {"dynamodb": 2.5, "lambda": 3.5, "ses": 10.5}
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length"}
_REJECTIONS = {
    "dynamodb": (500, "InternalServerError"),
    "lambda": (429, "TooManyRequestsException"),
    "ses": (403, "AccessDeniedException"),
}


class FaultProxy(ThreadingHTTPServer):
    """Forwards requests, except for some."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, upstream_port: int, seed: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.upstream_port = upstream_port
        self.duplicate_window = DuplicateWindow()
        self.on = True
        self.injected: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 -- no secret
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault_for(self, service: str | None) -> str | None:
        """Draw the fault of a request; None for most."""
        with self._lock:
            if not self.on or service is None or self._random.random() >= RATE:
                return None
            fault = self._random.choice([_REJECTED, _UNREACHED, _LOST, _SILENT])
            self.injected[f"{service}: {fault}"] += 1
            return fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections of killed workers are expected here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def do_POST(self) -> None:
        """Forward one request, or inject a fault."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service = _service(self.path, self.headers.get("X-Amz-Target", ""))
        fault = self.server.fault_for(service)
        window = self.server.duplicate_window
        if fault in (_REJECTED, _UNREACHED):
            window.fault_injected(service, self.headers.get("X-Amz-Target", ""), body)
            if fault == _REJECTED and service is not None:
                self._respond(*_rejection(service))
            else:
                self._hang_up()
            return
        window.request_sent(service, body)
        status, headers, content = self._upstream(body)
        window.response_received(service, self.headers.get("X-Amz-Target", ""), body, status)
        if fault in (_LOST, _SILENT) and service is not None:
            window.fault_injected(service, self.headers.get("X-Amz-Target", ""), body)
            if fault == _SILENT:
                time.sleep(_SILENCE_SECONDS[service])
            self._hang_up()
            return
        self._respond(status, headers, content)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 -- http.server's names

    def log_message(self, *args: object) -> None:
        """No line per request."""

    def _upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self.server.upstream_port, timeout=_UPSTREAM_SECONDS
        )
        try:
            # The host is part of the signature, so it is forwarded as the function wrote it.
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            response = upstream.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            upstream.close()

    def _respond(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # the client may be gone
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def fault_proxy(port: int, upstream_port: int, seed: int) -> Iterator[FaultProxy]:
    """A running proxy on `port`, for as long as the block runs."""
    with serving(FaultProxy(port, upstream_port, seed)) as proxy:
        yield proxy


def _service(path: str, target: str) -> str | None:
    if target.startswith("DynamoDB"):
        return "dynamodb"
    if re.search(r"/functions/.+/invocations", path):
        return "lambda"
    return "ses" if path.startswith("/v2/email") else None


def _rejection(service: str) -> tuple[int, dict[str, str], bytes]:
    status, code = _REJECTIONS[service]
    body = f'{{"__type":"{code}","message":"injected"}}'.encode()
    return status, {"x-amzn-errortype": code, "Content-Type": "application/json"}, body
