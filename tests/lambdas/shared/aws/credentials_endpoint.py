"""The endpoint that gives a container its credentials: a real server on this machine."""

from __future__ import annotations

import http.server
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_runtime.shared import timestamps

LIFETIME_SECONDS = 3_600


class Endpoint(http.server.ThreadingHTTPServer):
    """Returns numbered credentials that are valid for an hour from the server's `now`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.statuses: list[int] = []
        """Of the next responses; 200 afterwards."""

        self.document: Any = None
        self.delay_seconds = 0.0
        self.requests: list[tuple[str, str | None]] = []
        """Paths, and what authorises the request."""

        super().__init__(("localhost", 0), _Respond)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet when a client has closed its connection."""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}/v1/credentials?role=r"

    def clock(self) -> float:
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def credentials(self) -> Any:
        return self.document or {
            "AccessKeyId": f"AKID{len(self.requests)}",
            "SecretAccessKey": "a secret",
            "Token": "a token",
            "Expiration": timestamps.to_text(self.now + timedelta(seconds=LIFETIME_SECONDS)),
        }


class _Respond(http.server.BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        self.server.requests.append((self.path, self.headers.get("Authorization")))
        time.sleep(self.server.delay_seconds)
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        body = json.dumps(self.server.credentials()).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""
