"""Whatever is sent, the response is a problem document that names the error, never a 5xx."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambdas.http_api import ROUTES, event_of, request, respond_to
from tests.lambdas.recorded_lambda import RecordedLambda

JSON = {"content-type": "application/json"}
TASK_ID = "0199d3c0-7f00-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API runs in memory."""


@pytest.mark.parametrize(
    "content_type",
    [
        *["", "text/plain", "application/json,application/json", "application/jsonp"],
        *["\ud800", "a\r\nb", "application/merge-patch+json", "application/json charset=utf-8"],
        *['"application/json"', "application /json", "application/json\u2003", "text/json;a=b"],
    ],
)
def test_another_content_type_is_rejected(content_type: str) -> None:
    event = event_of("POST", "/tasks", "", {"content-type": content_type}, b'{"title":"x"}')

    assert respond_to(event).status == 415


@pytest.mark.parametrize(
    "content_type",
    [
        *["Application/JSON", "application/json;x=y", "application/json;", "\tapplication/json ;"],
        *['application/json; charset="UTF-8"', "application/json; charset=utf8"],
        *["application/json; charset=latin-1", 'application/json;x="a;b,\\"c";CHARSET=utf-8'],
    ],
)
def test_a_content_type_may_have_parameters(content_type: str) -> None:
    headers = {"Content-Type": content_type}

    assert request("POST", "/tasks", {"title": "x"}, headers=headers).status == 201


@pytest.mark.parametrize("coding", ["gzip", "br, gzip", "Deflate", "identity, gzip", "\ud800"])
def test_a_coding_of_the_body_is_rejected_by_name(coding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}
    response = respond_to(event_of("POST", "/tasks", "", headers, b'{"title":"x"}'))

    assert (response.status, response.headers["accept-encoding"]) == (415, "identity")
    assert response.json["detail"] == (
        f"the body must have no Content-Encoding, got {coding.lower()!a}"
    )


@pytest.mark.parametrize("coding", ["identity", "Identity", "", " "])
def test_no_coding_of_the_body_may_be_named(coding: str) -> None:
    headers = {"Content-Encoding": coding}

    assert request("POST", "/tasks", {"title": "x"}, headers=headers).status == 201


@pytest.mark.parametrize("name", ["limit", "status", "cursor"])
def test_a_parameter_that_is_given_twice_is_rejected(name: str) -> None:
    value = {"limit": "1", "status": "pending", "cursor": "WzEsbnVsbCwiMCJd"}[name]

    response = request("GET", "/tasks", query=f"{name}={value}&{name}={value}")

    assert (response.status, response.json["errors"][0]["field"]) == (400, name)
    assert response.json["detail"].endswith("given once")


@pytest.mark.parametrize("body", ["é", "=", "YQ", "\ud800"])
def test_a_body_that_is_not_valid_base64_is_rejected(body: str) -> None:
    event = event_of("POST", "/tasks", "", JSON, b"") | {"body": body, "isBase64Encoded": True}

    assert respond_to(event).json["detail"] == "the body is not valid base64"


def test_a_lone_surrogate_in_the_body_is_rejected() -> None:
    event = event_of("POST", "/tasks", "", JSON, b"") | {"body": '{"title":"\ud800"}'}

    assert respond_to(event).status == 400


@pytest.mark.parametrize("path", ["/tasks", f"/tasks/{TASK_ID}", "/elsewhere"])
def test_a_preflight_request_gets_a_success_and_no_cors_headers(path: str) -> None:
    response = request("OPTIONS", path, headers={"Access-Control-Request-Method": "PUT"})
    assert (response.status, response.body) == (204, "")
    assert not any(name.startswith("access-control") for name in response.headers)


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "BREW", "head"])
def test_a_method_the_path_does_not_have_is_named_405(method: str) -> None:
    response = request(method, "/tasks")

    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "x-correlation-id" in response.headers
    assert response.body


def test_each_path_allows_its_own_methods() -> None:
    assert request("POST", "/tasks/1").headers["allow"] == "GET, HEAD, PUT, PATCH, DELETE"


@pytest.mark.parametrize("path", ["/", "/tasks/", "/tasks/1/2", "/TASKS", "/é\ud800 %"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    response = request("GET", path)

    assert response.status == 404
    assert response.json["instance"].isascii()


def test_a_parameter_the_operation_does_not_have_is_rejected() -> None:
    assert request("DELETE", "/tasks/1", query="force=true").status == 400


@pytest.mark.parametrize("sent", ["", "a b", "é", "x" * 129, "a\nb", "a,b"])
def test_an_invalid_correlation_id_is_replaced(sent: str) -> None:
    event = event_of("GET", "/tasks", "", {"x-correlation-id": sent}, b"")

    assert respond_to(event).headers["x-correlation-id"] == event["requestContext"]["requestId"]


def test_what_is_no_http_event_gets_a_response_too() -> None:
    for handle in ROUTES.values():
        response = handle({}, None)
        assert response["statusCode"] == 500
        document = json.loads(response["body"])
        assert document["correlationId"] == response["headers"]["X-Correlation-Id"]


anything = st.text(st.characters(codec=None), max_size=30)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
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

    response = respond_to(event)

    assert response.status < 500
    assert response.body.isascii()
    assert all(value.isascii() and value.isprintable() for value in response.headers.values())
