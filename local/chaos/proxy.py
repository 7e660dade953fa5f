"""A proxy on 127.0.0.1 between the functions and the emulator, which injects faults at the wire."""

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

from local.chaos.window import Window
from local.serving import serving

RATE = 0.06
"""Share of the requests that something happens to while faults are on."""

_UPSTREAM_SECONDS = 30
_REFUSED, _UNREACHED = "refused", "never arrived"
_LOST, _SILENT = "answer lost", "no answer in time"
# Longer than the runtime waits for an answer of each (lambdas/serverless_runtime/shared/aws.py).
_SILENCE_SECONDS = {"dynamodb": 2.5, "lambda": 3.5, "ses": 10.5}
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length"}
_REFUSALS = {
    "dynamodb": (500, "InternalServerError"),
    "lambda": (429, "TooManyRequestsException"),
    "ses": (403, "AccessDeniedException"),
}


class FaultProxy(ThreadingHTTPServer):
    """Passes requests on, but for some."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, upstream_port: int, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream_port = upstream_port
        self.window = Window()
        self.on = True
        self.struck: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 -- chance, not a secret
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault_for(self, service: str | None) -> str | None:
        """Draw what happens to a request."""
        with self._lock:
            if not self.on or service is None or self._random.random() >= RATE:
                return None
            fault = self._random.choice([_REFUSED, _UNREACHED, _LOST, _SILENT])
            self.struck[f"{service}: {fault}"] += 1
            return fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed worker leaves its connections; that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def do_POST(self) -> None:
        """Pass one request on, or do not."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service = _service(self.path, self.headers.get("X-Amz-Target", ""))
        fault = self.server.fault_for(service)
        window = self.server.window
        if fault in (_REFUSED, _UNREACHED):
            window.struck(service, self.headers.get("X-Amz-Target", ""), body)
            if fault == _REFUSED and service is not None:
                self._answer(*_refusal(service))
            else:
                self._hang_up()
            return
        window.begun(service, body)
        status, headers, content = self._upstream(body)
        window.passed(service, self.headers.get("X-Amz-Target", ""), body, status)
        if fault in (_LOST, _SILENT) and service is not None:
            window.struck(service, self.headers.get("X-Amz-Target", ""), body)
            if fault == _SILENT:
                time.sleep(_SILENCE_SECONDS[service])
            self._hang_up()
            return
        self._answer(status, headers, content)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 -- http.server's names

    def log_message(self, *args: object) -> None:
        """Thousands of lines of no interest."""

    def _upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self.server.upstream_port, timeout=_UPSTREAM_SECONDS
        )
        try:
            # The host is part of the signature, so it is passed on as the function wrote it.
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # the other side did not wait for it
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def fault_proxy(upstream_port: int, seed: int) -> Iterator[FaultProxy]:
    """A running proxy, for as long as the block runs."""
    with serving(FaultProxy(upstream_port, seed)) as proxy:
        yield proxy


def _service(path: str, target: str) -> str | None:
    if target.startswith("DynamoDB"):
        return "dynamodb"
    if re.search(r"/functions/.+/invocations", path):
        return "lambda"
    return "ses" if path.startswith("/v2/email") else None


def _refusal(service: str) -> tuple[int, dict[str, str], bytes]:
    status, code = _REFUSALS[service]
    body = f'{{"__type":"{code}","message":"injected"}}'.encode()
    return status, {"x-amzn-errortype": code, "Content-Type": "application/json"}, body
