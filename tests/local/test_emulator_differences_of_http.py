"""What is patched in HTTP integrations: that it works, and how the emulator alone differs."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pulumi_aws as aws
import pytest

from local.deployed import running_instance
from local.emulator.start import Emulator, free_port
from local.engine.services.apigatewayv2 import api_url
from local.serving import serving
from tests.local.redeployed import Stack


class _Old(BaseHTTPRequestHandler):
    """Says what it got, with headers that a proxy may lose."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            time.sleep(1)
        if self.path.startswith("/early"):
            self.send_response_only(103)
            self.end_headers()
        length = int(self.headers.get("content-length") or 0)
        body = json.dumps(
            {
                "line": f"{self.command} {self.path}",
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": self.rfile.read(length).decode("latin-1"),
            }
        ).encode()
        self.send_response(302 if self.path.startswith("/moved") else 200)
        for name, value in (
            ("set-cookie", "a=1; Path=/"),
            ("set-cookie", "b=2"),
            ("etag", '"7"'),
            ("location", "/elsewhere"),
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET  # noqa: N815 -- as http.server calls them

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def old() -> Iterator[str]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _Old)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def unpatched() -> Iterator[Emulator]:
    with running_instance("test-unpatched-http", without_patches=("http_proxy",)) as started:
        yield started


def forwarding(emulator: Emulator, base: str, timeout_ms: int = 30_000) -> str:
    """The URL of an API that forwards all to a server."""
    api = emulator.client("apigatewayv2")
    api_id = api.create_api(Name=f"api-{uuid.uuid4()}", ProtocolType="HTTP")["ApiId"]
    for key, path in (("ANY /{proxy+}", "/{proxy}"), ("ANY /", "/")):
        integration = api.create_integration(
            ApiId=api_id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="ANY",
            IntegrationUri=f"{base}{path}",
            PayloadFormatVersion="1.0",
            TimeoutInMillis=timeout_ms,
        )
        target = f"integrations/{integration['IntegrationId']}"
        api.create_route(ApiId=api_id, RouteKey=key, Target=target)
    api.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    return api_url(emulator.url, api_id)


def test_the_whole_answer_is_passed_on_and_a_redirect_is_not_followed(
    emulator: Emulator, old: str
) -> None:
    answer = httpx.get(f"{forwarding(emulator, old)}/moved")

    assert (answer.status_code, answer.headers["location"]) == (302, "/elsewhere")
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]
    assert answer.headers["etag"] == '"7"'


def test_an_answer_before_the_final_one_is_passed_over(emulator: Emulator, old: str) -> None:
    answer = httpx.get(f"{forwarding(emulator, old)}/early")

    assert (answer.status_code, answer.json()["line"]) == (200, "GET /early")


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/a/b/", "/a%20b?x=1&x=2&y=%2F+%20", "/a%25b", "/%C3%A4", "/a%23b", "/a;v=1,2@:+~"),
        "/?empty=&only",
    ],
)
def test_path_and_query_arrive_as_they_were_sent(emulator: Emulator, old: str, target: str) -> None:
    assert httpx.get(forwarding(emulator, old) + target).json()["line"] == f"GET {target}"


def test_an_encoded_slash_arrives_as_a_slash(emulator: Emulator, old: str) -> None:
    assert httpx.get(f"{forwarding(emulator, old)}/a%2Fb").json()["line"] == "GET /a/b"


def test_method_headers_and_body_arrive(emulator: Emulator, old: str) -> None:
    url = forwarding(emulator, old)
    sent = {"x-one": "1", "cookie": "c=3; d=4", "authorization": "Bearer t"}

    got = httpx.post(f"{url}/a", content=b"\x00\xff", headers=sent).json()

    assert (got["line"], got["body"]) == ("POST /a", "\x00\xff")
    assert sent.items() <= got["headers"].items()
    assert got["headers"]["host"] == old.removeprefix("http://")
    assert httpx.head(f"{url}/a").content == b""


def test_a_server_that_is_late_or_gone_is_told_apart(emulator: Emulator, old: str) -> None:
    late = httpx.get(f"{forwarding(emulator, old, timeout_ms=200)}/slow")
    gone = httpx.get(f"{forwarding(emulator, f'http://127.0.0.1:{free_port()}')}/")

    assert (late.status_code, late.json()) == (504, {"message": "Gateway Timeout"})
    assert (gone.status_code, gone.json()) == (503, {"message": "Service Unavailable"})


def test_the_emulator_alone_still_forwards_something_else(unpatched: Emulator, old: str) -> None:
    answer = httpx.get(f"{forwarding(unpatched, old)}/a")

    assert answer.json()["line"] != "GET /a"
    assert "set-cookie" not in answer.headers


def test_a_vpc_link_is_refused_with_what_to_do(stack: Stack) -> None:
    def program() -> None:
        api = aws.apigatewayv2.Api("front", protocol_type="HTTP")
        aws.apigatewayv2.Integration(
            "private",
            api_id=api.id,
            integration_type="HTTP_PROXY",
            integration_uri="arn:listener",
            connection_type="VPC_LINK",
            connection_id="link-1",
        )

    with pytest.raises(NotImplementedError, match=r"no VPC links; forward to a url"):
        stack.up(program)
