"""Web pages cannot use the emulator of the machine they are viewed on; a terminal can."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from local.emulator.start import Emulator, emulator_python, free_port
from local.emulator.web_page_guard import rejection_reason
from local.scenario.receiver import running_receiver
from local.wait import wait_until
from tests.local.web_page import EVIL, Response, browser_socket, run_code, send

MAILBOX = "/_ministack/ses/messages"
VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
Fields = list[tuple[str, str]]

HOSTS: dict[str, Fields] = {
    "a host of the page's owner": [("Host", "evil.example:{port}")],
    "the same without a port": [("Host", "evil.example")],
    "the address without a port": [("Host", "127.0.0.1")],
    "another port": [("Host", "127.0.0.1:1")],
    "the port twice": [("Host", "127.0.0.1:{port}:{port}")],
    "a port with zeros": [("Host", "127.0.0.1:0{port}")],
    "a trailing dot": [("Host", "localhost.:{port}")],
    "a trailing dot at an address": [("Host", "127.0.0.1.:{port}")],
    "a look-alike domain": [("Host", "127.0.0.1.evil.example:{port}")],
    "a look-alike prefix": [("Host", "evil-localhost:{port}")],
    "a subdomain": [("Host", "evil.localhost:{port}")],
    "a virtual host of an API": [("Host", "0ce34439.execute-api.localhost:{port}")],
    "a wildcard service": [("Host", "127.0.0.1.nip.io:{port}")],
    "a user": [("Host", "127.0.0.1:{port}@evil.example")],
    "a user before the address": [("Host", "evil@127.0.0.1:{port}")],
    "upper case": [("Host", "EVIL.EXAMPLE:{port}")],
    "any address of this machine": [("Host", "0.0.0.0:{port}")],
    "another loopback address": [("Host", "127.0.0.2:{port}")],
    "the short address": [("Host", "127.1:{port}")],
    "the address as a number": [("Host", "2130706433:{port}")],
    "an IPv6 address": [("Host", "[2001:db8::1]:{port}")],
    "a mapped address": [("Host", "[::ffff:127.0.0.1]:{port}")],
    "IPv6 without brackets": [("Host", "::1:{port}")],
    "IPv6 with a zone": [("Host", "[::1%25lo]:{port}")],
    "two hosts in one": [("Host", "127.0.0.1:{port}, evil.example")],
    "nothing": [("Host", "")],
}
LOCAL: Fields = [("Host", "127.0.0.1:{port}")]
PAGES: dict[str, Fields] = {
    **{
        f"Origin {origin}": [*LOCAL, ("Origin", origin)]
        for origin in (
            EVIL,
            "null",
            "",
            "http://evil.example:{port}",
            "http://127.0.0.1.evil.example:{port}",
            "http://127.0.0.1:{port}.evil.example",
            "http://evil.localhost:{port}",
            "http://localhost.:{port}",
            "http://localhost:3000",
            "http://127.0.0.1",
            "https://127.0.0.1:{port}",
            "http://127.0.0.1:{port}/",
            "http://user@127.0.0.1:{port}",
            "http://127.0.0.1:{port} https://evil.example",
            "chrome-extension://abcdefgh",
            "file://",
        )
    },
    "two origins": [*LOCAL, ("Origin", "http://127.0.0.1:{port}"), ("Origin", EVIL)],
    "an image of another site": [*LOCAL, ("Sec-Fetch-Site", "cross-site")],
    "an image of another port": [*LOCAL, ("Sec-Fetch-Site", "same-site")],
    "a site that is not known": [*LOCAL, ("Sec-Fetch-Site", "elsewhere")],
    "two sites": [*LOCAL, ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
    "its own origin at another site": [
        *LOCAL,
        ("Origin", "http://127.0.0.1:{port}"),
        ("Sec-Fetch-Site", "cross-site"),
    ],
}
ATTACKS = {**HOSTS, **PAGES}


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of MiniStack as it is: what must be refused passes there."""
    folder, port = tmp_path_factory.mktemp("unguarded"), free_port()
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
    }
    command = [str(emulator_python()), "-m", "ministack"]
    with subprocess.Popen(command, env=environment, cwd=folder) as process:  # noqa: S603 -- our own
        try:
            wait_until(lambda: _is_up(port), "the emulator to respond", seconds=20)
            yield port
        finally:
            process.terminate()


def _is_up(port: int) -> bool:
    try:
        return send(port, "GET", "/_ministack/health", _at(LOCAL, port)).status == 200
    except OSError:
        return False


def _at(fields: Fields, port: int) -> Fields:
    return [(name, value.replace("{port}", str(port))) for name, value in fields]


def _attempts(port: int, attack: Fields) -> list[Response]:
    """Read the mailbox, wipe everything, ask whether a page may."""
    headers = _at(attack, port)
    preflight = [("Access-Control-Request-Method", "PUT")]
    return [
        send(port, "GET", MAILBOX, headers),
        send(port, "POST", "/_ministack/reset", [*headers, ("Content-Type", "text/plain")]),
        send(port, "OPTIONS", "/", [*headers, *preflight]),
    ]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_what_a_web_page_can_send_is_refused(emulator: Emulator, attack: Fields) -> None:
    assert all(response.is_refused for response in _attempts(emulator.port, attack))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_without_the_guard_the_same_passes(unguarded: int, attack: Fields) -> None:
    mailbox, reset, _preflight = _attempts(unguarded, attack)

    assert (mailbox.status, reset.status) == (200, 200)


def test_without_the_guard_every_page_may_do_everything(unguarded: int) -> None:
    *_, preflight = _attempts(unguarded, [*LOCAL, ("Origin", EVIL)])

    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (200, "*")


@pytest.mark.parametrize("target", ["http://evil.example{0}", "http://127.0.0.1:{1}{0}"])
def test_a_target_with_a_host_of_its_own_is_refused(
    emulator: Emulator, unguarded: int, target: str
) -> None:
    responses = [
        send(port, "GET", target.format(MAILBOX, port), _at(LOCAL, port))
        for port in (emulator.port, unguarded)
    ]

    assert responses[0].is_refused
    assert responses[1].status != 403


@pytest.mark.parametrize(
    "hosts",
    [[], [*LOCAL, ("Host", "evil.example")], [("Host", "evil.example"), *LOCAL], [*LOCAL, *LOCAL]],
    ids=["none", "another after it", "another before it", "the same twice"],
)
def test_a_request_has_exactly_one_host(emulator: Emulator, hosts: Fields) -> None:
    response = send(emulator.port, "GET", MAILBOX, _at(hosts, emulator.port))

    assert response.status in (400, 403)
    assert not response.is_readable
    fields = [(name.lower(), value) for name, value in _at(hosts, 4566)]
    assert "Host must be" in (rejection_reason(MAILBOX, fields, 4566) or "")


def test_a_web_page_cannot_run_code(emulator: Emulator, unguarded: int, tmp_path: Path) -> None:
    page = [*LOCAL, ("Origin", EVIL), ("Sec-Fetch-Site", "cross-site")]
    here, there = tmp_path / "guarded", tmp_path / "unguarded"

    refused = run_code(emulator.port, here, _at(page, emulator.port))
    passed = run_code(unguarded, there, _at(page, unguarded))

    assert all(response.is_refused for response in refused)
    assert not here.exists()
    roles = emulator.client("iam").list_roles()["Roles"]
    assert "evil" not in {role["RoleName"] for role in roles}
    assert [response.status for response in passed] == [200, 201, 200]
    assert there.read_text() == "was here"


def test_without_a_pages_headers_the_well_known_key_runs_no_code_either(
    emulator: Emulator, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"

    responses = run_code(emulator.port, marker, _at(LOCAL, emulator.port))

    assert [response.status for response in responses] == [403, 403, 403]
    assert not marker.exists()


def test_a_web_page_opens_no_web_socket(emulator: Emulator) -> None:
    api = emulator.client("apigatewayv2").create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    emulator.client("apigatewayv2").create_stage(ApiId=api["ApiId"], StageName="live")
    path = f"/_aws/execute-api/{api['ApiId']}/live"
    page = _at([*LOCAL, ("Origin", EVIL)], emulator.port)

    with browser_socket(emulator.port, page, path) as response:
        assert response.status == 403
    with browser_socket(emulator.port, _at(LOCAL, emulator.port), path) as response:
        assert response.status == 101


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
@pytest.mark.parametrize(
    "own",
    [
        [],
        [("Sec-Fetch-Site", "none")],
        [("Sec-Fetch-Site", "same-origin")],
        [("Origin", "http://127.0.0.1:{port}")],
    ],
    ids=["a terminal", "an address typed in", "its own page", "a form of its own page"],
)
def test_a_terminal_and_its_own_pages_are_served(
    emulator: Emulator, host: str, own: Fields
) -> None:
    headers = _at([("Host", f"{host}:{{port}}"), *own], emulator.port)

    assert send(emulator.port, "GET", MAILBOX, headers).status == 200


@pytest.mark.parametrize("listed", [["https://app.example"], ["*"]], ids=["listed", "all"])
def test_an_api_is_called_by_the_pages_that_it_lists(emulator: Emulator, listed: list[str]) -> None:
    apis = emulator.client("apigatewayv2")
    api = apis.create_api(
        Name="api", ProtocolType="HTTP", CorsConfiguration={"AllowOrigins": listed}
    )
    page = [*LOCAL, ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]
    other = [*LOCAL, ("Origin", EVIL)]
    stage = f"/_aws/execute-api/{api['ApiId']}/"

    called = send(emulator.port, "GET", stage, _at(page, emulator.port))
    elsewhere = send(emulator.port, "GET", MAILBOX, _at(page, emulator.port))
    by_another = send(emulator.port, "GET", stage, _at(other, emulator.port))

    assert not called.is_refused
    assert elsewhere.is_refused
    assert by_another.is_refused is (listed != ["*"])


def test_after_a_refusal_the_body_is_not_taken_for_a_request(emulator: Emulator) -> None:
    hidden = f"GET {MAILBOX} HTTP/1.1\r\nHost: 127.0.0.1:{emulator.port}\r\n\r\n".encode()
    with httpx.Client(base_url=emulator.url, trust_env=False) as client:
        refused = client.post("/", content=hidden, headers={"Origin": EVIL})
        after = client.get(MAILBOX)

    assert (refused.status_code, after.status_code) == (403, 200)
    assert refused.headers["connection"] == "close"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "page",
    [{"Origin": EVIL}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["Origin", "Host", "Sec-Fetch-Site"],
)
def test_a_web_page_neither_reads_nor_posts_webhooks(
    tmp_path: Path, method: str, page: dict[str, str]
) -> None:
    with (
        running_receiver(free_port(), tmp_path) as receiver,
        # Only the functions trust its authority.
        httpx.Client(base_url=receiver.url, verify=False, trust_env=False) as client,  # noqa: S501
    ):
        refused = client.request(method, "/", headers=page, content=b"{}")
        assert (refused.status_code, receiver.received) == (403, [])
        assert client.request(method, "/", content=b"{}").is_success


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    host=st.sampled_from(["127.0.0.1", "localhost", "[::1]"]),
    place=st.integers(0, 15),
    length=st.integers(0, 2),
    other=st.text(VISIBLE, max_size=3),
)
def test_no_change_of_an_own_host_gets_through(
    emulator: Emulator, host: str, place: int, length: int, other: str
) -> None:
    own = f"{host}:{emulator.port}"
    changed = own[:place] + other + own[place + length :]
    assume(changed != own)

    response = send(emulator.port, "GET", MAILBOX, [("Host", changed)])

    assert response.status in (400, 403)
    assert not response.is_readable


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_schemes_own_port_may_be_left_out(scheme: str, port: int, host: str) -> None:
    fields = [("host", host), ("origin", f"{scheme}://{host}")]

    assert rejection_reason("/", fields, port, scheme=scheme) is None
    for other in (81, 443 if port == 80 else 80):
        assert "Host must be" in (rejection_reason("/", fields, other, scheme=scheme) or "")


@given(host=st.text(max_size=40), port=st.integers(81, 65_535))
def test_no_other_host_passes(host: str, port: int) -> None:
    own = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    assert (rejection_reason("/", [("host", host)], port) is None) is (host in own)


@given(origin=st.text(max_size=40) | st.sampled_from(["http://localhost:1", "http://[::1]:80"]))
def test_no_other_origin_passes(origin: str) -> None:
    names = ("127.0.0.1", "localhost", "[::1]")
    own = {f"http://{name}{port}" for name in names for port in ("", ":80")}
    headers = [("host", "localhost:80"), ("origin", origin)]

    assert (rejection_reason("/", headers, 80) is None) is (origin in own)
