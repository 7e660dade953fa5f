"""A router at its limits of size, time and number."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from typing import Any

import pytest

from serverless_runtime.strangler.answers import (
    MAX_BODY_BYTES,
    Answer,
)
from serverless_runtime.strangler.callers import caller_of, cookie_header
from serverless_runtime.strangler.comparison import NotComparableError, difference
from serverless_runtime.strangler.legacy import Legacy
from serverless_runtime.strangler.requests import request_of
from serverless_runtime.strangler.settings.stages import percent_of, read_stages, stage_of
from tests.lambdas.strangler.api_events import OldSystem, an_event
from tests.lambdas.strangler.test_hostile_legacy import Hostile, a_page, hostile

__all__ = ["hostile"]


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, sent, body, None)


def a_text(size: int, first: bytes = b"a") -> bytes:
    return b'"' + first + b"x" * (size - 3) + b'"'


def packed(body: bytes) -> Answer:
    return answer(gzip.compress(body), content_encoding=" GZip ")


def test_bodies_of_256_kib_are_compared_and_larger_ones_are_not() -> None:
    most = 262_144

    found = difference(answer(a_text(most)), answer(a_text(most, b"b")))
    assert found == "body differs at its top"
    for sizes in ((most + 1, most), (most, most + 1)):
        one, other = (answer(a_text(size, b"%d" % place)) for place, size in enumerate(sizes))
        with pytest.raises(NotComparableError) as raised:
            difference(one, other)
        assert str(raised.value) == f"other bytes, and too large: {most + 1} bytes"


def test_a_body_is_unpacked_up_to_5_mb() -> None:
    most = 5_000_000

    assert difference(packed(b"x" * most), answer(b"x" * most)) is None
    with pytest.raises(NotComparableError) as raised:
        difference(packed(b"x" * (most + 1)), answer(b"x" * (most + 1)))
    assert str(raised.value) == "a body that is cut off or too long"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([1], [1, 2], "body differs at /1"),
        ([[]], [[1]], "body differs at /0/0"),
        ({"a": [1]}, {"a": {}}, "body differs at /a"),
        ({"a": {}}, {"a": []}, "body differs at /a"),
        ({"b": 1, "a": 1}, {"b": 2, "a": 2}, "body differs at /a"),
        ([0], [False], "body differs at /0"),
        ([1, True], [1.0, True], None),
        ({"at": [1]}, {}, None),
        (None, 0, "body differs at its top"),
    ],
)
def test_the_first_difference_is_told(old: object, new: object, found: str | None) -> None:
    one, other = (answer(json.dumps(each).encode()) for each in (old, new))

    assert difference(one, other, ["at"]) == found


def test_a_coding_is_told_in_20_characters() -> None:
    with pytest.raises(NotComparableError, match=f"^content-encoding {'x' * 20}$"):
        difference(answer(b"a", content_encoding="X" * 21), answer(b"b"))
    with pytest.raises(NotComparableError, match=r"^a body that is no gzip$"):
        difference(answer(b"abc", content_encoding="gzip"), answer(b"b"))
    assert difference(answer(b"[1]", content_encoding="identity"), answer(b"[1 ]")) is None


@pytest.mark.parametrize(("early", "is_final"), [(19, True), (20, False)])
def test_so_many_answers_that_are_not_final_are_passed_over(
    hostile: Hostile,
    early: int,
    *,
    is_final: bool,
) -> None:
    hostile.sent = b"HTTP/1.1 103 x\r\n\r\n" * early + a_page()

    if is_final:
        assert hostile.ask() == b"/a"
    else:
        with pytest.raises(Exception, match=r"^no answer: HTTPException$"):
            hostile.ask()


@pytest.mark.parametrize(("idle", "connections"), [(49.9, 1), (50, 2)])
def test_a_connection_is_kept_for_fifty_seconds(
    old: OldSystem, idle: float, connections: int
) -> None:
    now = 0.0
    with closing(Legacy(old.url, 5, clock=lambda: now)) as legacy:
        legacy.send(request_of(an_event()))
        now = idle
        legacy.send(request_of(an_event()))

    assert old.connections == connections


@pytest.mark.parametrize(
    ("source", "changes", "caller"),
    [
        ("$request.header.X-A", {"headers": {"x-a": "v"}}, "v"),
        ("$request.header.X-A", {"headers": {"x-a": ""}}, None),
        ("$request.header.X-A", {}, None),
        ("$request.querystring.a", {"rawQueryString": "b=1&a=2&a=3"}, "2"),
        ("$request.querystring.a", {"rawQueryString": "a="}, None),
        ("$request.querystring.a", {}, None),
        ("$request.cookie.a", {"cookies": ["b=1", "a=2=3"]}, "2=3"),
        ("$request.cookie.a", {"headers": {"cookie": "b=1;  a=2 "}}, "2"),
        ("$request.cookie.a", {"cookies": ["a="]}, None),
        ("$request.cookie.a", {"cookies": ["aa=1", "a"]}, None),
        ("$request.cookie.a", {}, None),
        ("$context.authorizer.claims.sub", {}, None),
        ("$context.identity.sourceIp", {}, "192.0.2.1"),
    ],
)
def test_a_caller_is_found_where_the_program_says(
    source: str, changes: dict[str, Any], caller: str | None
) -> None:
    assert caller_of({**an_event(), **changes}, source) == caller


def test_cookies_are_one_header_or_none() -> None:
    assert cookie_header({"cookies": [], "headers": {"cookie": "a=1"}}) == "a=1"
    assert cookie_header({"headers": {}}) is None


@pytest.mark.parametrize(
    ("value", "stage", "percent"),
    [(1, "1", 1), (99, "99", 99), ("099", "99", 99), ("00", "legacy", 0), ("100", "new", 100)],
)
def test_a_stage_is_a_word_or_a_percentage(value: object, stage: str, percent: int) -> None:
    assert (stage_of(value), percent_of(stage)) == (stage, percent)


@pytest.mark.parametrize("length", [58, 59])
def test_of_a_stage_that_is_none_60_characters_are_shown(length: int) -> None:
    expected = repr("x" * length)[:60]

    with pytest.raises(ValueError, match=r"^must be legacy, shadow, new or a percentage") as raised:
        stage_of("x" * length)
    assert str(raised.value).endswith(f"percentage from 0 to 100, got {expected}")
    with pytest.raises(ValueError, match=r"^the stage of ") as raised:
        read_stages(json.dumps({"x" * length: "no"}))
    assert str(raised.value).startswith(f"the stage of {expected} must be legacy, ")


@pytest.mark.parametrize("announced", [True, False])
def test_the_largest_body_that_a_function_may_return_arrives(
    hostile: Hostile,
    *,
    announced: bool,
) -> None:
    hostile.closes = not announced
    for size in (MAX_BODY_BYTES, MAX_BODY_BYTES + 1):
        length = b"content-length: %d\r\n" % size if announced else b"connection: close\r\n"
        hostile.sent = b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + b"x" * size
        if size == MAX_BODY_BYTES:
            assert len(hostile.ask()) == size
            continue
        got = f"{size} bytes" if announced else f"more than {MAX_BODY_BYTES} bytes"
        with pytest.raises(Exception, match=f"^the answer is too large: {got}$"):
            hostile.ask()
