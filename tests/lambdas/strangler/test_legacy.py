"""What the old system gets of a request, and the client of its answer: all of it, unchanged."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.emulator.start import free_port
from serverless_runtime.strangler.legacy import Legacy, LegacyError, LegacyTimeoutError
from serverless_runtime.strangler.requests import BadRequestError, LegacyRequest, request_of
from tests.lambdas.strangler.api_events import OldSystem, an_event

# What may be encoded in a path and comes back: not what API Gateway decodes for good.
SEGMENT = st.text(
    st.characters(codec="utf-8", exclude_characters="/?", min_codepoint=32), min_size=1, max_size=8
)
IN_PATHS = "-._~!$&'()*+,;=:@"
QUERY = st.text("abz019-._~!$&'()*+,;=:@/?[]|", max_size=12).map(lambda text: text + "%2F%c3%bc")
TOKEN = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8).map("x-{}".format)
VALUE = st.text("abc 12;=\"'äß", max_size=8).map(str.strip)

one_system = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


Connect = Callable[..., Legacy]


def got_by(old: OldSystem, event: dict[str, Any]) -> dict[str, Any]:
    """What the old system says that it got."""
    with closing(Legacy(old.url, 5)) as legacy:
        found: dict[str, Any] = json.loads(legacy.send(request_of(event)).body)
    return found


@one_system
@given(segments=st.lists(SEGMENT, min_size=1, max_size=3), query=QUERY)
def test_path_and_query_arrive_as_they_were_sent(
    old: OldSystem, segments: list[str], query: str
) -> None:
    sent = "/" + "/".join(quote(each, safe=IN_PATHS) for each in segments) + "?" + query

    assert got_by(old, an_event(sent))["line"] == f"GET {sent}"


@one_system
@given(headers=st.dictionaries(TOKEN, VALUE, max_size=4), body=st.binary(max_size=60))
def test_headers_and_body_arrive_and_none_is_added(
    old: OldSystem, headers: dict[str, str], body: bytes
) -> None:
    event = an_event(method="PUT", headers=list(headers.items()), body=body)

    got = got_by(old, event)

    arrived = {name: value.encode("latin-1").decode() for name, value in got["headers"]}
    host = {"host": old.url.removeprefix("http://"), "content-length": str(len(body))}
    assert arrived == {**headers, **host}
    assert bytes.fromhex(got["body"]) == body


def test_cookies_are_one_header_again(old: OldSystem) -> None:
    event = an_event(headers=[("cookie", "c=3; d=%20; e")])

    assert ["cookie", "c=3; d=%20; e"] in got_by(old, event)["headers"]


def test_headers_of_the_connection_do_not_arrive(old: OldSystem) -> None:
    names = ("connection", "te", "upgrade", "transfer-encoding", "expect", "host")
    event = an_event(headers=[(name, "x") for name in names])

    got = dict(got_by(old, event)["headers"])

    assert got == {"host": old.url.removeprefix("http://")}


def test_a_decoded_path_cannot_become_a_query_or_a_line(old: OldSystem) -> None:
    event = an_event() | {"rawPath": "/a?b#c\r\nx: y%zz"}

    assert got_by(old, event)["line"] == "GET /a%3Fb%23c%0D%0Ax:%20y%25zz"


def test_each_cookie_of_the_answer_stays_a_cookie_and_other_headers_are_a_list(
    connect: Connect,
) -> None:
    response = connect().send(request_of(an_event())).response

    assert response["cookies"] == ["a=1; Path=/, x", "b=2"]
    assert response["headers"]["vary"] == "accept, origin"
    assert response["isBase64Encoded"]
    assert json.loads(base64.b64decode(response["body"]))["line"] == "GET /products"
    assert not {"content-length", "connection", "set-cookie"} & response["headers"].keys()


def test_a_base_path_comes_first(old: OldSystem, connect: Connect) -> None:
    connect(f"{old.url}/shop").send(request_of(an_event("/a")))

    assert old.requests == ["GET /shop/a"]


def test_a_connection_is_kept_for_the_next_request(old: OldSystem, connect: Connect) -> None:
    legacy = connect()

    for method in ("GET", "HEAD", "POST", "GET"):
        legacy.send(request_of(an_event(method=method)))

    assert (len(old.requests), old.connections) == (4, 1)


def test_a_connection_that_ends_or_is_old_is_not_used_again(
    old: OldSystem, connect: Connect
) -> None:
    now = [0.0]
    legacy = connect(clock=lambda: now[0])

    old.behaviour = "last"
    legacy.send(request_of(an_event()))
    legacy.send(request_of(an_event()))
    now[0] += 60
    legacy.send(request_of(an_event()))

    assert old.connections == 3


def test_what_may_be_repeated_is_sent_again_if_a_kept_connection_breaks(
    old: OldSystem, connect: Connect
) -> None:
    legacy = connect()
    legacy.send(request_of(an_event()))

    old.behaviour = "close"
    assert legacy.send(request_of(an_event())).status == 200

    assert old.requests == ["GET /products"] * 3


def test_what_changes_something_is_sent_once(old: OldSystem, connect: Connect) -> None:
    legacy = connect()
    legacy.send(request_of(an_event()))

    old.behaviour = "close"
    with pytest.raises(LegacyError):
        legacy.send(request_of(an_event(method="POST", body=b"x")))

    assert old.requests == ["GET /products", "POST /products"]


def test_an_answer_that_is_cut_off_is_none(old: OldSystem, connect: Connect) -> None:
    old.behaviour = "cut"

    with pytest.raises(LegacyError, match="IncompleteRead"):
        connect().send(request_of(an_event()))


def test_a_system_that_hangs_is_late_and_one_that_is_gone_is_not_reached(
    old: OldSystem, connect: Connect
) -> None:
    old.behaviour = "hang"

    with pytest.raises(LegacyTimeoutError, match=r"no answer in 0\.1 s"):
        connect(seconds=0.1).send(request_of(an_event()))
    with pytest.raises(LegacyError, match="not reached"):
        connect(f"http://127.0.0.1:{free_port()}").send(request_of(an_event()))


@pytest.mark.skipif(not socket.has_ipv6, reason="without IPv6")
def test_a_system_at_an_ipv6_address_is_reached(connect: Connect) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as unresponsive:
        old = connect(f"http://[::1]:{unresponsive.getsockname()[1]}", seconds=0.1)

        with pytest.raises(LegacyTimeoutError):
            old.send(request_of(an_event()))


def test_the_comparison_with_the_old_system_sees_a_router_that_decodes(
    old: OldSystem, connect: Connect
) -> None:
    """The negative control: what a router would send that takes the path as it gets it."""
    event = an_event("/a%20b")
    careless = LegacyRequest("GET", event["rawPath"].replace(" ", "+"), [], b"")

    answer = connect().send(careless)

    assert json.loads(answer.body)["line"] != got_by(old, event)["line"]


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"x-a": "b\r\nx: y"}},
        {"headers": {"x a\n": "b"}},
        {"headers": {"x-ä": "b"}},
        {"headers": {"x-a": "\ud800"}},
        {"rawPath": "/\ud800"},
        {"body": "x", "isBase64Encoded": True},
        {"body": "\ud800"},
        {"requestContext": {"http": {"method": "GE T\r\n"}}},
        {"requestContext": {"http": {"method": "GÉT"}}},
    ],
)
def test_what_is_no_request_of_http_is_refused(old: OldSystem, changes: dict[str, object]) -> None:
    with closing(Legacy(old.url, 5)) as legacy, pytest.raises(BadRequestError):
        legacy.send(request_of(an_event() | changes))

    assert old.requests == []
