"""Whatever is sent, the answer is a problem document that says what is wrong, never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambdas.http_api import ROUTES, answered, event_of, request
from tests.lambdas.recorded_lambda import RecordedLambda

JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API answers from memory."""


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
            [("/dueAt", "must be an RFC 3339 date-time in the years 1970 to 9998")],
        ),
        ([], [("", "must be a JSON object")]),
    ],
)
def test_every_bad_field_is_named(document: Any, errors: list[tuple[str, str]]) -> None:
    answer = request("POST", "/tasks", document)

    assert answer.status == 400
    assert [(error["field"], error["detail"]) for error in answer.json["errors"]] == errors
    assert {error["in"] for error in answer.json["errors"]} == {"body"}


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
    ],
)
def test_what_is_no_moment_is_refused(due_at: object) -> None:
    answer = request("POST", "/tasks", {"title": "x", "dueAt": due_at})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "/dueAt")


@pytest.mark.parametrize("name", ["title", "status"])
def test_a_patch_cannot_remove_what_a_task_must_have(name: str) -> None:
    path = request("POST", "/tasks", {"title": "x"}).headers["location"]

    answer = request("PATCH", path, {name: None})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, f"/{name}")


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b"{", b"\xff", b'{"title":"\xff"}', b"\xef\xbb\xbf{}", b"[" * 60_000, b"\x00"],
        *[b'{"title":"\\ud800"}', b'{"title":' + b"9" * 60_000 + b"}", b"NaN", b'{"title":"a"}x'],
        '{"title":"x"}'.encode("utf-16"),
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert request("POST", "/tasks", body=body).status == 400


def test_a_body_may_have_65536_bytes_and_no_more() -> None:
    head = b'{"title":"x"}'

    assert request("POST", "/tasks", body=head + b" " * (65_536 - len(head))).status == 201
    answer = request("POST", "/tasks", body=head + b" " * (65_537 - len(head)))

    assert answer.status == 413
    assert answer.json["detail"] == "the body must be at most 65536 bytes, got 65537"


def test_of_very_many_bad_fields_the_first_hundred_are_named() -> None:
    answer = request("POST", "/tasks", {f"f{n}": 1 for n in range(5_000)})

    assert len(answer.json["errors"]) == 100
    assert answer.json["detail"] == "5001 fields of the body are refused; the first 100 are named"


@pytest.mark.parametrize(
    "content_type",
    [
        *["", "text/plain", "application/json,application/json", "application/jsonp"],
        *[
            "application/json; charset=latin-1",
            "application/json; charset*=a''b",
            "\ud800",
            "a\r\nb",
        ],
        "application/merge-patch+json",
    ],
)
def test_another_content_type_is_refused(content_type: str) -> None:
    event = event_of("POST", "/tasks", "", {"content-type": content_type}, b'{"title":"x"}')

    assert answered(event).status == 415


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", 'application/json; charset="UTF-8"', "application/json;x=y"],
)
def test_a_content_type_may_have_parameters(content_type: str) -> None:
    headers = {"Content-Type": content_type}

    assert request("POST", "/tasks", {"title": "x"}, headers=headers).status == 201


@pytest.mark.parametrize("body", ["é", "=", "YQ", "\ud800"])
def test_a_body_that_is_not_the_base64_it_should_be_is_refused(body: str) -> None:
    event = event_of("POST", "/tasks", "", JSON, b"") | {"body": body, "isBase64Encoded": True}

    assert answered(event).json["detail"] == "the body is not valid base64"


def test_a_lone_surrogate_in_the_body_is_refused() -> None:
    event = event_of("POST", "/tasks", "", JSON, b"") | {"body": '{"title":"\ud800"}'}

    assert answered(event).status == 400


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "DELETE", "BREW"])
def test_a_method_the_path_does_not_have_is_named_405(method: str) -> None:
    answer = request(method, "/tasks")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert "x-correlation-id" in answer.headers
    assert bool(answer.body) is (method != "HEAD")


def test_each_path_allows_its_own_methods() -> None:
    assert request("POST", "/tasks/1").headers["allow"] == "GET, PUT, PATCH, DELETE"


@pytest.mark.parametrize("path", ["/", "/tasks/", "/tasks/1/2", "/TASKS", "/é\ud800 %"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    answer = request("GET", path)

    assert answer.status == 404
    assert answer.json["instance"].isascii()


def test_a_parameter_the_operation_does_not_have_is_refused() -> None:
    assert request("DELETE", "/tasks/1", query="force=true").status == 400


@pytest.mark.parametrize("sent", ["", "a b", "é", "x" * 129, "a\nb", "a,b"])
def test_a_correlation_id_that_is_none_is_replaced(sent: str) -> None:
    event = event_of("GET", "/tasks", "", {"x-correlation-id": sent}, b"")

    assert answered(event).headers["x-correlation-id"] == event["requestContext"]["requestId"]


def test_what_is_no_http_event_is_answered_all_the_same() -> None:
    for handle in ROUTES.values():
        answer = handle({}, None)
        assert answer["statusCode"] == 500
        document = json.loads(answer["body"])
        assert document["correlationId"] == answer["headers"]["X-Correlation-Id"]


anything = st.text(st.characters(codec=None), max_size=30)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    route=st.sampled_from(sorted(ROUTES)),
    task_id=anything,
    query=st.dictionaries(st.sampled_from(["status", "limit", "cursor"]) | anything, anything),
    headers=st.dictionaries(
        st.sampled_from(["content-type", "if-match", "idempotency-key", "x-correlation-id"]),
        st.sampled_from(["application/json", "application/merge-patch+json", "*"]) | anything,
    ),
    body=st.sampled_from(['{"title":"x","status":"pending"}', "{}"]) | anything,
    is_base64=st.booleans(),
)
def test_no_event_of_the_gateway_ends_in_a_server_error(
    *,
    route: str,
    task_id: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: str,
    is_base64: bool,
) -> None:
    method = route.partition(" ")[0]
    event = {
        "routeKey": route,
        "rawPath": f"/tasks/{task_id}",
        "pathParameters": {"taskId": task_id},
        "queryStringParameters": query,
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_base64,
        "requestContext": {
            "http": {"method": method},
            "requestId": "r-1=",
        },
    }

    answer = answered(event)

    assert answer.status < 500
    assert answer.body.isascii()
    assert all(value.isascii() and value.isprintable() for value in answer.headers.values())
