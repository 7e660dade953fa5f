"""What a web page can have a browser send to this machine, byte for byte."""

from __future__ import annotations

import base64
import io
import json
import socket
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

EVIL = "https://evil.example"

PRESIGNED = urlencode(
    {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "test/20260101/us-east-1/{service}/aws4_request",
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "00",
    },
    safe="{}/",
)
"""The signature of a page that knows the emulator: the key is well known, and is not checked."""


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str

    @property
    def is_refused(self) -> bool:
        return self.status == 403 and '"refused: ' in self.body and not self.is_readable

    @property
    def is_readable(self) -> bool:
        """Whether the browser shows it to a page of another origin."""
        return "access-control-allow-origin" in self.headers


def send(
    port: int, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b""
) -> Response:
    """Send these bytes, and nothing that a library would add or check."""
    fields = [*headers, ("Content-Length", str(len(body))), ("Connection", "close")]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        response = HTTPResponse(connection, method=method)
        response.begin()
        text = response.read().decode(errors="replace")
        names = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, names, text)


def run_code(port: int, marker: Path, page: list[tuple[str, str]]) -> list[Response]:
    """Create a role and a function by simple requests, and run it: it writes to `marker`."""
    source = f"def handler(event, context):\n    open({str(marker)!r}, 'w').write('was here')\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("app.py", source)
    function = {
        "FunctionName": "evil",
        "Role": "arn:aws:iam::000000000000:role/evil",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"ZipFile": base64.b64encode(archive.getvalue()).decode()},
    }
    role = {"Action": "CreateRole", "RoleName": "evil", "AssumeRolePolicyDocument": _TRUST}
    functions = "/2015-03-31/functions"
    requests = [
        ("iam", "/", "application/x-www-form-urlencoded", urlencode(role)),
        ("lambda", functions, "text/plain", json.dumps(function)),
        ("lambda", f"{functions}/evil/invocations", "text/plain", "{}"),
    ]
    return [
        send(
            port,
            "POST",
            f"{path}?{PRESIGNED.format(service=service)}",
            [*page, ("Content-Type", content_type)],
            body.encode(),
        )
        for service, path, content_type, body in requests
    ]


@contextmanager
def browser_socket(port: int, headers: list[tuple[str, str]], path: str) -> Iterator[HTTPResponse]:
    """The response to a WebSocket's handshake, which a page may send to any host."""
    handshake = [
        *headers,
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in handshake)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
        response = HTTPResponse(connection)
        response.begin()
        yield response


_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        },
    }
)
