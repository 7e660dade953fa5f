"""A response is the gateway's whole document, and each request one line in the log."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from serverless_runtime.web.errors import NotFoundError, StoreUnavailableError
from serverless_runtime.web.http.problem import InvalidField, Problem
from serverless_runtime.web.http.request import Request
from serverless_runtime.web.http.respond import require_unconditional, respond, unless_known
from serverless_runtime.web.http.response import Response

FOUND = Response(status=200, document={"a": "é"}, headers={"ETag": '"3"'})


def an_event(method: str = "GET", **changes: Any) -> dict[str, Any]:
    return {
        "routeKey": "GET /things",
        "rawPath": "/things",
        "requestContext": {"http": {"method": method}, "requestId": "gw-1"},
        "headers": {"x-correlation-id": "c-1"},
        **changes,
    }


def answered(outcome: Response | Exception, **event: Any) -> dict[str, Any]:
    def operation(_: Request) -> Response:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return respond(an_event(**event), None, operation, query=("limit", "cursor"))


def a_problem(status: int, title: str, detail: str, **more: Any) -> str:
    return json.dumps(
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": "/things",
            "correlationId": "c-1",
            **more,
        }
    )


def test_a_success_is_the_operations_response_with_the_id_of_the_request() -> None:
    assert answered(FOUND) == {
        "statusCode": 200,
        "headers": {"ETag": '"3"', "X-Correlation-Id": "c-1", "Content-Type": "application/json"},
        "body": '{"a": "\\u00e9"}',
        "isBase64Encoded": False,
    }
    assert answered(Response(status=204)) == {
        "statusCode": 204,
        "headers": {"X-Correlation-Id": "c-1"},
        "body": "",
        "isBase64Encoded": False,
    }


def test_to_head_the_headers_are_those_of_get_and_the_body_is_left_out() -> None:
    assert answered(FOUND, method="HEAD") == {**answered(FOUND), "body": ""}


@pytest.mark.parametrize(
    ("error", "status", "title", "detail", "headers", "is_logged"),
    [
        (NotFoundError("no such thing"), 404, "Not Found", "no such thing", {}, False),
        (
            Problem(429, "slowly", headers={"Retry-After": "9"}),
            429,
            "Too Many Requests",
            "slowly",
            {"Retry-After": "9"},
            False,
        ),
        (
            KeyError("secret"),
            500,
            "Internal Server Error",
            "unexpected error; search the log for the correlation id",
            {},
            True,
        ),
        (
            StoreUnavailableError("x"),
            503,
            "Service Unavailable",
            "temporarily unavailable; try again",
            {"Retry-After": "1"},
            True,
        ),
    ],
)
def test_an_error_is_a_problem_document_and_logged_if_it_is_ours(
    error: Exception,
    status: int,
    title: str,
    detail: str,
    headers: dict[str, str],
    *,
    is_logged: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        response = answered(error)

    assert response == {
        "statusCode": status,
        "headers": {
            **headers,
            "X-Correlation-Id": "c-1",
            "Content-Type": "application/problem+json",
        },
        "body": a_problem(status, title, detail),
        "isBase64Encoded": False,
    }
    logged = [each for each in caplog.records if each.getMessage() == "request failed"]
    assert [bool(each.exc_info) for each in logged] == [True] * is_logged


def test_each_thing_that_is_wrong_is_listed() -> None:
    error = Problem(400, "bad", errors=[InvalidField("body", "/a", "required")])

    errors = [{"in": "body", "field": "/a", "detail": "required"}]
    assert answered(error)["body"] == a_problem(400, "Bad Request", "bad", errors=errors)


def test_unknown_parameters_are_named_in_order_with_those_there_are() -> None:
    response = answered(FOUND, queryStringParameters={"z": "1", "limit": "1", "b": "2"})

    errors = [{"in": "query", "field": name, "detail": "unknown"} for name in ("b", "z")]
    detail = "unknown query parameters; this operation has limit, cursor"
    assert response["body"] == a_problem(400, "Bad Request", detail, errors=errors)
    without = respond(an_event(queryStringParameters={"a": "1"}), None, lambda _: FOUND)
    assert json.loads(without["body"])["detail"].endswith("; this operation has none")


def test_a_request_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answered(FOUND, method="HEAD")

    [line] = [each.__dict__ for each in caplog.records]
    names = ("message", "api_request_id", "method", "route", "status")
    assert [line[name] for name in names] == ["request completed", "gw-1", "HEAD", "/things", 200]


def test_what_is_no_request_is_an_error_with_an_id_to_look_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = respond({"Records": []}, None, lambda _: FOUND)

    document = json.loads(response["body"])
    correlation_id = response["headers"]["X-Correlation-Id"]
    assert (response["statusCode"], document["instance"]) == (500, "/")
    assert document["detail"] == "not an HTTP API event"
    assert document["correlationId"] == correlation_id
    assert len(correlation_id) == 36
    assert [each.getMessage() for each in caplog.records] == ["not an HTTP API event"]


def a_request(**headers: str) -> Request:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        route="/things",
        method="GET",
        path="/things",
        path_parameters={},
        query={},
        headers=sent,
        body="",
        body_is_base64=False,
        correlation_id="c-1",
    )


def test_who_has_the_thing_gets_its_headers_alone() -> None:
    known = unless_known(a_request(if_none_match='W/"3"'), FOUND)

    assert known == Response(status=304, headers={"ETag": '"3"'})
    for request in (a_request(), a_request(if_none_match='"4"'), a_request(if_match='"3"')):
        assert unless_known(request, FOUND) is FOUND


@pytest.mark.parametrize(
    ("headers", "etag", "text"),
    [
        ({"if_match": '"4"'}, '"3"', 'If-Match does not match the ETag, which is "3"'),
        ({"if_match": '"4"'}, "", "If-Match does not match the ETag, which is none"),
    ],
)
def test_who_expects_another_is_told_which_there_is(
    headers: dict[str, str], etag: str, text: str
) -> None:
    response = Response(status=200, headers={"ETag": etag} if etag else {})

    with pytest.raises(Problem) as raised:
        unless_known(a_request(**headers), response)

    assert (raised.value.status, raised.value.detail) == (412, text)


def test_a_collection_exists() -> None:
    require_unconditional(a_request())
    require_unconditional(a_request(if_match="*"))
    require_unconditional(a_request(if_none_match='"1"'))
    with pytest.raises(Problem, match="If-None-Match excludes a resource that exists"):
        require_unconditional(a_request(if_none_match="*"))
    with pytest.raises(Problem, match="If-Match does not match the ETag, which is none"):
        require_unconditional(a_request(if_match='"1"'))
