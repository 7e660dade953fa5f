"""What a router makes of a request, and of the answers of both sides, whole."""

from __future__ import annotations

from typing import Any

import pytest

from serverless_runtime.strangler.answers import (
    Answer,
    answer_of_function,
    answer_of_legacy,
    failed,
)
from serverless_runtime.strangler.requests import LegacyRequest, request_of
from tests.lambdas.strangler.api_events import an_event


def test_an_answer_of_the_old_system_is_passed_on_whole() -> None:
    headers = [
        ("Vary", "a"),
        ("vary", "b"),
        ("Set-Cookie", "c=1"),
        ("Content-Length", "3"),
        ("Keep-Alive", "5"),
        ("X-Folded", "a \r\n\t b"),
    ]
    merged = {"vary": "a, b", "x-folded": "a b"}

    assert answer_of_legacy(201, headers, b"abc") == Answer(
        201,
        merged,
        b"abc",
        {
            "statusCode": 201,
            "headers": merged,
            "body": "YWJj",
            "isBase64Encoded": True,
            "cookies": ["c=1"],
        },
    )
    assert "cookies" not in answer_of_legacy(200, [], b"").response


@pytest.mark.parametrize(
    ("status", "is_error"), [(200, False), (499, False), (500, True), (599, True)]
)
def test_whether_a_side_has_failed_is_told_by_its_status(status: int, *, is_error: bool) -> None:
    found = answer_of_function({"statusCode": status})

    assert (found.status, found.is_server_error, found.is_own) == (status, is_error, False)
    assert answer_of_function({"statusCode": str(status)}).status == status


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        *(({"statusCode": each}, "statusCode must be a whole number from 200 to 599")
          for each in (199, 600, 0, -200, True, 200.0, "0200", "200 ", None)),
        ({"statusCode": 200, "headers": []}, "headers must be an object, got list"),
        ({"statusCode": 200, "headers": {"a": []}}, "headers must be text or a number"),
        ({"statusCode": 200, "headers": {"a": float("inf")}}, "headers must be text or a number"),
        ({"statusCode": 200, "body": 1}, "body must be text, got int"),
        ({"statusCode": 200, "isBase64Encoded": 1}, "isBase64Encoded must be true or false"),
        ({"statusCode": 200, "isBase64Encoded": True, "body": "a"}, "body must be base64"),
        ({"statusCode": 200, "cookies": "a=1"}, "cookies must be a list of texts"),
        ({"statusCode": 200, "cookies": [1]}, "cookies must be a list of texts"),
    ],
)  # fmt: skip
def test_what_api_gateway_could_not_read_is_no_answer(returned: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        answer_of_function(returned)


def test_a_functions_answer_is_what_api_gateway_reads_of_it() -> None:
    returned = {
        "statusCode": 200,
        "headers": {"A": 1, "B": None, "C": 1.5, "D": True},
        "body": "YQ==",
        "isBase64Encoded": True,
        "cookies": ["a=1"],
        "more": 1,
    }

    found = answer_of_function(returned)

    assert found.response == {name: each for name, each in returned.items() if name != "more"}
    assert (found.body, found.headers) == (b"a", {"a": "1", "b": "None", "c": "1.5", "d": "True"})
    assert answer_of_function({"statusCode": 200, "body": "é"}).body == "é".encode()
    assert answer_of_function({"statusCode": 200, "cookies": None}).response == {"statusCode": 200}
    assert failed(503, "no") == Answer(
        503,
        {"content-type": "application/json"},
        b'{"message":"no"}',
        {
            "statusCode": 503,
            "headers": {"content-type": "application/json"},
            "body": '{"message":"no"}',
        },
        is_own=True,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, LegacyRequest("GET", "/products", [], b"")),
        ({"rawPath": "/a b%25%é"}, LegacyRequest("GET", "/a%20b%25%25%C3%A9", [], b"")),
        ({"rawQueryString": "a=1&b=%20~ é"},
         LegacyRequest("GET", "/products?a=1&b=%20~%20%C3%A9", [], b"")),
        ({"rawQueryString": "!\x7f"}, LegacyRequest("GET", "/products?!%7F", [], b"")),
        ({"headers": {"Host": "h", "Expect": "x", "cookie": "a=1", "X-A": "b", "TE": "x"}},
         LegacyRequest("GET", "/products", [("X-A", "b"), ("cookie", "a=1")], b"")),
        ({"cookies": ["a=1", "b=2"]},
         LegacyRequest("GET", "/products", [("cookie", "a=1; b=2")], b"")),
        ({"body": "YQ==", "isBase64Encoded": True}, LegacyRequest("GET", "/products", [], b"a")),
        ({"body": "é"}, LegacyRequest("GET", "/products", [], "é".encode())),
    ],
)  # fmt: skip
def test_a_request_goes_on_as_it_came(changes: dict[str, Any], expected: LegacyRequest) -> None:
    assert request_of({**an_event(), "isBase64Encoded": False, **changes}) == expected
