"""A fast stand-in for DynamoDB and Lambda: a local server, with or without TLS."""

from __future__ import annotations

import base64
import http.server
import json
import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import trustme

from benchmarks.subjects import BARE, ENVIRONMENT, Subject
from local.serving import serving
from serverless_runtime.gatekeeper.api_key import ApiKey
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.outbox_rows import row_of
from serverless_runtime.service_calls.envelope import OK
from serverless_runtime.shared.aws.amazon_root_certificates import AMAZON_ROOT_CERTIFICATES
from serverless_runtime.strangler.settings.stages import SHADOW

WEBHOOK_SECRET = "whsec_b25seS1mb3ItYmVuY2htYXJrcy0wMDAx"  # noqa: S105 -- of nobody else
"""The value of every secret."""

INVOKE, PUBLISH, SEND_EMAIL = "Invoke", "Publish", "SendEmail"
"""Operations that no header names: what has none, no path of its own and a form is SNS's."""

API_KEY = ApiKey("0123456789abcdef", "s" * 43)
"""The one key that a gatekeeper knows."""


class Stub(http.server.ThreadingHTTPServer):
    """Accepts whatever it is asked to do, and counts connections."""

    daemon_threads = True
    scheme = "http"

    def __init__(self) -> None:
        self.delay_seconds = 0.0
        """How long each response takes."""

        self.connections = 0
        self.operations = list[str]()
        """Of AWS, as they came: appending is safe from several threads."""

        super().__init__(("localhost", 0), _Accept)

    @property
    def requests(self) -> int:
        return len(self.operations)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that ends closes its connections; nothing to report."""


class _Accept(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Stub

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        is_event = self.headers.get("X-Amz-Invocation-Type") == "Event"
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if self.path.endswith("/invocations"):
            self.server.operations.append(INVOKE)
            body = b"" if is_event else _ANSWER
        elif self.path == _EMAILS:
            self.server.operations.append(SEND_EMAIL)
            body = _SENT
        else:
            self.server.operations.append(operation or PUBLISH)
            body = _body(operation or PUBLISH, request)
        self._respond(202 if is_event else 200, body, checksum=bool(operation))

    def do_GET(self) -> None:
        """Somebody else's service, no request to AWS; an old system answers as new functions do."""
        self._respond(200, _ANSWER if self.path == _PRODUCTS else _RATE, checksum=False)

    def _respond(self, status: int, body: bytes, *, checksum: bool) -> None:
        time.sleep(self.server.delay_seconds)
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        if checksum:
            self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def _body(operation: str, request: bytes) -> bytes:
    """Every operation succeeds; the table outbox-300 has 300 rows in each shard, all due, and other
    tables have none."""
    if operation == "Query":
        return json.dumps({"Items": list(_rows(json.loads(request)))}).encode()
    if operation == "GetItem" and "key_id" in json.loads(request)["Key"]:
        return _KEY_ROW
    return _BODIES.get(operation, b"{}")


def _rows(query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if number := _OUTBOX.fullmatch(query["TableName"]):
        shard = query["ExpressionAttributeValues"][":shard"]["S"]
        yield from (_row(shard, each) for each in range(int(number[1])))


def _row(shard: str, number: int) -> dict[str, Any]:
    event = Event(event_id=f"e-{number}", correlation_id="c", payload=_PAYLOAD)
    row = {**row_of(event, 1_772_357_400_000), "shard": {"S": shard}}
    names = ("shard", "committed", "committed_at", "next_attempt_at", "attempts")
    return {name: row[name] for name in names}


_PAYLOAD = json.dumps({"type": "task.created.v1", "data": "x" * 400}).encode()
_CLAIMED_ROW = row_of(Event(event_id="e", correlation_id="c", payload=_PAYLOAD), 0)
_OUTBOX = re.compile(r"outbox-(\d+)")
_CLAIMED = json.dumps(
    {"Attributes": {**_CLAIMED_ROW, "payload": {"B": base64.b64encode(_PAYLOAD).decode()}}}
).encode()


_PRODUCTS = "/products"
_STAGES = json.dumps({f"GET {_PRODUCTS}": SHADOW})
_BODIES = {
    "UpdateItem": _CLAIMED,
    "PutEvents": json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}).encode(),
    "GetParameter": json.dumps({"Parameter": {"Value": _STAGES}}).encode(),
    "GetSecretValue": json.dumps({"SecretString": WEBHOOK_SECRET}).encode(),
    PUBLISH: b"<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult>"
    b"</PublishResponse>",
}
_KEY_ROW = json.dumps(
    {
        "Item": {
            "key_id": {"S": API_KEY.key_id},
            "secret_sha256": {"S": API_KEY.digest},
            "tenant": {"S": "one"},
            "rights": {"L": [{"S": "read"}]},
            "issued_at": {"N": "1772357400"},
        }
    }
).encode()
_EMAILS = "/v2/email/outbound-emails"
_SENT = json.dumps({"MessageId": "m"}).encode()
_RATE = json.dumps({"cents": 900}).encode()
_ANSWER = json.dumps({OK: json.loads(_RATE)}).encode()


@contextmanager
def stub(authority: trustme.CA | None = None) -> Iterator[Stub]:
    """Run a stub; with an authority it speaks TLS."""
    server = Stub()
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    with serving(server):
        yield server


@contextmanager
def tls_stub(folder: Path) -> Iterator[Callable[[Subject], dict[str, str]]]:
    """Run a stub that speaks TLS; yield what makes the environment of a subject that trusts it."""
    authority = trustme.CA()
    with stub(authority) as server:

        def environment(subject: Subject) -> dict[str, str]:
            roots = _trust(authority, folder, everybody=subject is BARE)
            return {**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": str(roots)}

        yield environment


def _trust(authority: trustme.CA, folder: Path, *, everybody: bool) -> Path:
    """Write a file of roots as long as what is read on AWS, and the stub's own.

    `everybody` is for botocore, which brings some 130; our functions bring Amazon's.
    """
    roots = (
        (files("botocore") / "cacert.pem").read_text() if everybody else AMAZON_ROOT_CERTIFICATES
    )
    path = folder / ("everybody.pem" if everybody else "amazon.pem")
    path.write_text(roots + authority.cert_pem.bytes().decode())
    return path
