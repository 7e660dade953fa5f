"""A body is taken whole, or everything that is wrong with it is named."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from serverless_runtime.web.http.body import (
    MAX_BYTES,
    PATCH,
    Field,
    InvalidFieldError,
    read_body,
    read_object,
)
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request


def a_request(body: str, content_type: str | None = "application/json", **headers: str) -> Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type is not None:
        sent["content-type"] = content_type
    return Request(
        route="/things",
        method="POST",
        path="/things",
        path_parameters={},
        query={},
        headers=sent,
        body=body,
        body_is_base64="is-base64" in sent,
        correlation_id="c-1",
    )


def refused(request: Request, **settings: Any) -> Problem:
    with pytest.raises(Problem) as raised:
        read_object(request, **settings)
    return raised.value


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=x", "\tapplication/json "],
)
def test_a_body_is_read_with_its_bytes(content_type: str) -> None:
    assert read_object(a_request('{"a": 1}', content_type)) == ({"a": 1}, b'{"a": 1}')


def test_a_body_in_base64_is_decoded() -> None:
    text = base64.b64encode('{"a":"é"}'.encode()).decode()

    found = read_object(a_request(text, is_base64="1"))

    assert found == ({"a": "é"}, '{"a":"é"}'.encode())
    problem = refused(a_request("e30", is_base64="1"))
    assert (problem.status, problem.detail) == (400, "the body is not valid base64")


@pytest.mark.parametrize("content_type", [None, "", "text/json", "application/json2", ";"])
def test_another_media_type_is_refused_by_the_names_of_those_there_are(
    content_type: str | None,
) -> None:
    problem = refused(a_request("{}", content_type), content_types=PATCH)

    assert problem.status == 415
    assert problem.detail == (
        "Content-Type must be application/merge-patch+json or application/json"
    )


def test_a_coding_is_refused_with_what_is_accepted() -> None:
    for fine in ("", "identity", " Identity\t"):
        assert read_object(a_request("{}", content_encoding=fine))
    problem = refused(a_request("{}", content_encoding="G" * 50))

    assert (problem.status, problem.headers) == (415, {"Accept-Encoding": "identity"})
    assert problem.detail == f"the body must have no Content-Encoding, got '{'g' * 40}'"


@pytest.mark.parametrize("limit", [8, MAX_BYTES])
def test_a_body_may_have_as_many_bytes_as_are_said_and_no_more(limit: int) -> None:
    def sized(size: int) -> Request:
        return a_request("{" + " " * (size - 2) + "}")

    assert read_object(sized(limit), max_bytes=limit)[0] == {}
    problem = refused(sized(limit + 1), max_bytes=limit)
    assert problem.status == 413
    assert problem.detail == f"the body must be at most {limit} bytes, got {limit + 1}"


@pytest.mark.parametrize(
    ("body", "detail", "error"),
    [
        ("[]", "one field of the body is invalid", "must be a JSON object"),
        ("1", "one field of the body is invalid", "must be a JSON object"),
        ("", "the body is not valid JSON", "Invalid JSON: Expecting value at line 1 column 1"),
        (
            "\ufffd",
            "the body is not valid JSON",
            "Invalid JSON: not UTF-8, or with U+FFFD, which a gateway writes for what is not",
        ),
        ('{"a":"\ud800"}', "the body is not valid JSON", "Invalid JSON: not UTF-8 at byte 6"),
    ],
)
def test_what_is_no_object_is_refused(body: str, detail: str, error: str) -> None:
    problem = refused(a_request(body))

    assert (problem.status, problem.detail) == (400, detail)
    assert [each.to_document() for each in problem.errors] == [
        {"in": "body", "field": "", "detail": error}
    ]


def _number(value: object) -> int:
    if type(value) is not int:
        raise InvalidFieldError("must be a number")
    return value + 1


FIELDS = {"a": Field("one", _number, required=True), "b": Field("two", _number)}


def test_fields_are_returned_by_attribute_as_their_checks_return_them() -> None:
    assert read_body(a_request('{"a": 1}'), FIELDS) == {"one": 2}
    assert read_body(a_request('{"b": 2, "a": 1}'), FIELDS) == {"one": 2, "two": 3}


def test_everything_that_is_wrong_is_named_known_fields_first() -> None:
    with pytest.raises(Problem) as raised:
        read_body(a_request('{"~x/y": 1, "b": "2", "": 3}'), FIELDS)

    assert raised.value.detail == "4 fields of the body are invalid"
    assert [(each.field, each.detail) for each in raised.value.errors] == [
        ("/a", "required"),
        ("/b", "must be a number"),
        ("/~0x~1y", "unknown field"),
        ("/", "unknown field"),
    ]


@pytest.mark.parametrize(
    ("count", "listed", "detail"),
    [
        (1, 1, "one field of the body is invalid"),
        (2, 2, "2 fields of the body are invalid"),
        (100, 100, "100 fields of the body are invalid"),
        (101, 100, "101 fields of the body are invalid; the first 100 are listed"),
    ],
)
def test_of_very_many_the_first_hundred_are_listed(count: int, listed: int, detail: str) -> None:
    body = "{" + ",".join(f'"x{number}":1' for number in range(count)) + "}"

    with pytest.raises(Problem) as raised:
        read_body(a_request(body), {})

    assert (raised.value.status, raised.value.detail) == (400, detail)
    assert [each.field for each in raised.value.errors] == [f"/x{each}" for each in range(listed)]
