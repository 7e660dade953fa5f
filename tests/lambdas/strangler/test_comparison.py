"""Two answers are the same if a client could not tell them apart; what differs is not quoted."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.strangler.answers import Answer, answer_of_function, answer_of_legacy
from serverless_runtime.strangler.comparison import NotComparableError, difference

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    given = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return answer_of_legacy(status, given, body)


def differs(old: Any, new: Any, *ignored: str) -> str | None:
    return difference(answer(json.dumps(old).encode()), answer(json.dumps(new).encode()), ignored)


@given(JSON)
def test_white_space_and_the_order_of_names_are_no_difference(value: Any) -> None:
    spaced = json.dumps(value, indent=2, sort_keys=True).encode()

    assert (
        difference(
            answer(spaced), answer_of_function({"statusCode": 200, "body": json.dumps(value)})
        )
        is None
    )


@given(JSON, JSON)
def test_other_values_are_a_difference(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    assert (differs(one, other) is None) == same


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"items": [{"price": 1}]}, {"items": [{"price": 2}]}, "body differs at /items/0/price"),
        ({"a": 1}, {"a": 1, "b": "secret"}, "body differs at /b"),
        ([1, 2], [1], "body differs at /1"),
        ("secret", "other", "body differs at its top"),
        (1, True, "body differs at its top"),
    ],
)
def test_the_place_is_told_without_the_values(old: Any, new: Any, found: str) -> None:
    assert differs(old, new) == found


def test_what_is_ignored_is_ignored_everywhere_and_only_that() -> None:
    old = {"at": 1, "items": [{"at": 2, "price": 3}]}

    assert differs(old, {"at": 5, "items": [{"price": 3}]}, "at") is None
    assert differs(old, {"at": 1, "items": [{"at": 2, "price": 4}]}, "at") is not None


def test_the_status_and_other_bytes_are_compared() -> None:
    assert difference(answer(b"x"), answer(b"x", status=404)) == "status 200 became 404"
    assert difference(answer(b"\xff\x00"), answer(b"\xff\x00")) is None
    assert difference(answer(b"\xff"), answer(b"{}")) == "body of 1 bytes became another of 2"


def test_a_body_is_unpacked_before() -> None:
    packed = answer(gzip.compress(b'{"a": 1}'), content_encoding="gzip")

    assert difference(packed, answer(b'{"a":1}')) is None


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"x", "br", "content-encoding br"),
        (b"no gzip at all", "gzip", "no gzip"),
        (gzip.compress(b"x" * 100)[:-9], "gzip", "too long"),
        (gzip.compress(bytes(30_000_000)), "gzip", "too long"),
        (gzip.compress(b"x") + gzip.compress(b"y"), "gzip", "too long"),
    ],
    # Not the bytes, which name the second in which they were packed.
    ids=["another coding", "no gzip", "cut off", "bomb", "two in one"],
)
def test_what_cannot_be_read_is_not_compared(body: bytes, encoding: str, reason: str) -> None:
    with pytest.raises(NotComparableError, match=reason):
        difference(answer(body, content_encoding=encoding), answer(b"x"))


def test_the_same_bytes_are_the_same_before_anybody_unpacks_or_reads_them() -> None:
    packed = answer(b"no brotli", content_encoding="br")
    large = answer(b"[" * 4_000_000)

    assert difference(packed, answer(b"no brotli", content_encoding="BR")) is None
    assert difference(large, answer(b"[" * 4_000_000)) is None
    with pytest.raises(NotComparableError, match="content-encoding br"):
        difference(packed, answer(b"no brotli"))


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_is_large_is_not_parsed(encoding: str) -> None:
    one, other = (json.dumps([number] * 100_000).encode() for number in (1, 2))
    if encoding == "gzip":
        one = gzip.compress(one)

    with pytest.raises(NotComparableError, match="too large: 300000 bytes"):
        difference(answer(one, content_encoding=encoding), answer(other))


@pytest.mark.parametrize("returned", [{"a": 1}, "text", None, [1]])
def test_what_has_no_status_is_what_api_gateway_makes_of_it(returned: Any) -> None:
    found = answer_of_function(returned)

    assert (found.status, found.response) == (200, returned)
    assert found.body.decode() == (returned if isinstance(returned, str) else json.dumps(returned))


UNREADABLE: dict[str, list[Any]] = {
    "statusCode": [
        *("none", True, 42, 200.7, 1e999, 10**400, None, [200]),
        *(101, 600, -200, "0200", "²00", {}),
    ],
    "body": [{"a": 1}, [], 1, True, "\ud800"],
    "headers": [[], "a: b", 1, {"a": []}, {"a": 1e999}],
    "cookies": ["a=1", {"a": "1"}, [1], [None]],
    "isBase64Encoded": ["yes", 1],
}


@pytest.mark.parametrize(
    "returned",
    [
        *({"statusCode": 200, name: each} for name, list_ in UNREADABLE.items() for each in list_),
        {"statusCode": 200, "body": "x", "isBase64Encoded": True},
        [1e999],
    ],
)
def test_what_api_gateway_cannot_read_is_refused(returned: Any) -> None:
    with pytest.raises(ValueError, match=r"the function's|JSON compliant|surrogates"):
        answer_of_function(returned)


@given(
    st.fixed_dictionaries(
        {"statusCode": st.just(200) | ANYTHING},
        optional=dict.fromkeys(("headers", "body", "cookies", "isBase64Encoded", "more"), ANYTHING),
    )
)
def test_whatever_a_function_returns_is_an_answer_or_refused(returned: Any) -> None:
    try:
        found = answer_of_function(returned)
    except ValueError:
        return

    assert 200 <= found.status <= 599
    assert found.response == json.loads(json.dumps(found.response, allow_nan=False))
