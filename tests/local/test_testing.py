"""What the tests of a program are given."""

from __future__ import annotations

from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from local.emulator.start import EmulatorError
from local.serving import serving
from local.testing import Deployed, sized


@pytest.fixture
def program() -> Deployed:
    nowhere = cast("Any", None)
    return Deployed(nowhere, nowhere)


@pytest.mark.parametrize(("proof", "size"), [("", 10), ("full", 1_000)])
def test_a_proof_has_its_full_size_only_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, proof: str, size: int
) -> None:
    monkeypatch.setenv("PROOF", proof)

    assert sized(10, full=1_000) == size


def test_any_other_size_of_a_proof_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOF", "big")

    with pytest.raises(pytest.UsageError, match=r"PROOF must be full, or not set, got 'big'"):
        sized(10, full=1_000)


@pytest.mark.parametrize(
    ("operations", "name", "known"),
    [
        ({}, None, "none"),
        ({"deadLetters": {"a": {}, "b": {}}}, None, r"\['a', 'b'\]"),
        ({"deadLetters": {"a": {}, "b": {}}}, "c", r"\['a', 'b'\]"),
    ],
)
def test_a_dead_letter_queue_that_is_not_there_is_refused_with_those_that_are(
    program: Deployed, operations: dict[str, Any], name: str | None, known: str
) -> None:
    program.outputs = {"operations": operations}

    with pytest.raises(EmulatorError, match=f"The program has {known}, got {name!r}"):
        program.dead_letters(name)


class _SetsCookies(BaseHTTPRequestHandler):
    """Sets a cookie, and says which ones it got, and on which port."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        seen = f"{self.headers.get('Cookie')} {self.client_address[1]}".encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "session=1")
        self.send_header("Content-Length", str(len(seen)))
        self.end_headers()
        self.wfile.write(seen)

    def log_message(self, *_: Any) -> None:
        pass


def test_each_request_to_an_api_is_like_the_first_of_a_client(program: Deployed) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SetsCookies)
    with serving(server), closing(program):
        url = f"http://127.0.0.1:{server.server_port}"
        seen = [program.http.get(url).text.split() for _ in range(2)]

    assert [cookies for cookies, _ in seen] == ["None", "None"]
    assert len({port for _, port in seen}) == 2
