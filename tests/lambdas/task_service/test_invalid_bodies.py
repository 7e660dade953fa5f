"""Invalid bodies, and how the response explains them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API runs in memory."""


@pytest.mark.parametrize(
    ("document", "errors"),
    [
        ({}, [("/title", "required")]),
        (
            {"title": 3, "colour": "red", "a/b~": 1},
            [
                ("/title", "must be text"),
                ("/colour", "unknown field"),
                ("/a~1b~0", "unknown field"),
            ],
        ),
        ({"title": ""}, [("/title", "String should have at least 1 character")]),
        ({"title": "x" * 101}, [("/title", "String should have at most 100 characters")]),
        ({"title": "a\nb"}, [("/title", "must not contain control characters")]),
        ({"title": "a\x7fb"}, [("/title", "must not contain control characters")]),
        ({"title": "a\x80b"}, [("/title", "must not contain control characters")]),
        ({"title": "a\x9fb"}, [("/title", "must not contain control characters")]),
        *(
            ({"title": title}, [("/title", "must have a visible character")])
            for title in (
                " ",
                "\xa0\u3000",
                "\u200b",
                "\u202e\u2066",
                "\u3164",
                "\ufe0f",
                "\U000e0041",
            )
        ),
        (
            {"title": "x", "detail": "a\x85b"},
            [("/detail", "must not contain control characters except tab and line ends")],
        ),
        (
            {"title": "x", "detail": "\x7f"},
            [("/detail", "must not contain control characters except tab and line ends")],
        ),
        (
            {"title": "x", "id": "1", "version": 1},
            [("/id", "read-only: leave it out"), ("/version", "read-only: leave it out")],
        ),
        (
            {"title": "x", "detail": "\x00"},
            [("/detail", "must not contain control characters except tab and line ends")],
        ),
        (
            {"title": "x", "detail": None},
            [("/detail", "must not be null; leave it out instead")],
        ),
        (
            {"title": "x", "status": "done"},
            [("/status", "must be one of pending, in_progress, completed")],
        ),
        (
            {"title": "x", "dueAt": "1969-12-31T00:00:00Z"},
            [("/dueAt", "must be in the years 1970 to 9998 in UTC")],
        ),
        ([], [("", "must be a JSON object")]),
    ],
)
def test_every_bad_field_is_named(document: Any, errors: list[tuple[str, str]]) -> None:
    response = request("POST", "/tasks", document)

    assert response.status == 400
    assert [(error["field"], error["detail"]) for error in response.json["errors"]] == errors
    assert {error["in"] for error in response.json["errors"]} == {"body"}


@pytest.mark.parametrize(
    "due_at",
    [
        *["", "2026-03-01", "2026-03-01T09:30:00", "2026-02-30T09:30:00Z", "2026-03-01T09:30:60Z"],
        *[
            "2026-03-01 09:30:00Z",
            "2026-03-01T09:30:00+24:00",
            "\uff12026-03-01T09:30:00Z",
            1772357400,
        ],
        *["9999-12-31T23:59:59-01:00", "2026-03-01T09:30:00Z\n", "2026-W10-1T00:00:00Z", 1, {}],
        *["2026-03-01T00:00:00+05:99", "2026-03-01T00:00:00+24:00", "2026-03-01T24:00:00Z"],
        *["1970-01-01T00:00:00+00:01", "9998-12-31T23:59:59-00:01", "2026-06-30T23:59:60Z"],
        *["2026-03-01T00:60:00Z", "2026-03-01T00:00:00.Z", "2026-03-01T00:00:00,5Z"],
    ],
)
def test_what_is_no_timestamp_is_rejected(due_at: object) -> None:
    response = request("POST", "/tasks", {"title": "x", "dueAt": due_at})

    assert (response.status, response.json["errors"][0]["field"]) == (400, "/dueAt")


@pytest.mark.parametrize("name", ["title", "status"])
def test_a_patch_cannot_remove_what_a_task_must_have(name: str) -> None:
    path = request("POST", "/tasks", {"title": "x"}).headers["location"]

    response = request("PATCH", path, {name: None})

    assert (response.status, response.json["errors"][0]["field"]) == (400, f"/{name}")


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b"{", b"\xff", b'{"title":"\xff"}', b"\xef\xbb\xbf{}", b"[" * 60_000, b"\x00"],
        *[b'{"title":"\\ud800"}', b'{"title":' + b"9" * 60_000 + b"}", b"NaN", b'{"title":"a"}x'],
        '{"title":"x"}'.encode("utf-16"),
    ],
)
def test_what_is_not_json_is_rejected(body: bytes) -> None:
    assert request("POST", "/tasks", body=body).status == 400


@pytest.mark.parametrize("due_at", ["1969-12-31T23:59:00-00:01", "9999-01-01T00:00:00+00:01"])
def test_the_year_is_that_in_utc(due_at: str) -> None:
    task = request("POST", "/tasks", {"title": "x", "dueAt": due_at})

    assert task.status == 201
    assert request("PUT", task.headers["location"], task.json).json == task.json


@pytest.mark.parametrize("body", ['{"title":7,"title":"a"}', '{"title":"a","\\u0074itle":"b"}'])
def test_a_name_given_twice_is_named(body: str) -> None:
    response = request("POST", "/tasks", body=body.encode())

    assert response.status == 400
    assert response.json["errors"] == [
        {"in": "body", "field": "", "detail": "Invalid JSON: the name 'title' is given twice"}
    ]


def test_what_a_gateway_has_replaced_is_not_stored() -> None:
    response = request("POST", "/tasks", body='{"title":"M\ufffdrz"}'.encode())

    assert response.status == 400
    assert "not UTF-8" in response.json["errors"][0]["detail"]
    assert request("POST", "/tasks", {"title": "an escaped \ufffd is meant"}).status == 201


def test_a_body_may_have_65536_bytes_and_no_more() -> None:
    head = b'{"title":"x"}'

    assert request("POST", "/tasks", body=head + b" " * (65_536 - len(head))).status == 201
    response = request("POST", "/tasks", body=head + b" " * (65_537 - len(head)))

    assert response.status == 413
    assert response.json["detail"] == "the body must be at most 65536 bytes, got 65537"


def test_of_very_many_bad_fields_the_first_hundred_are_named() -> None:
    response = request("POST", "/tasks", {f"f{n}": 1 for n in range(5_000)})

    assert len(response.json["errors"]) == 100
    assert (
        response.json["detail"] == "5001 fields of the body are invalid; the first 100 are listed"
    )
