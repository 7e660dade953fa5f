"""Whatever is sent, the answer is a problem document that says what is wrong, never a 5xx."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambdas.http_api import ROUTES, answered, event_of, request
from tests.lambdas.recorded_lambda import RecordedLambda

JSON = {"content-type": "application/json"}
TASK_ID = "0199d3c0-7f00-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API answers from memory."""


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


@pytest.mark.parametrize("path", ["/tasks", f"/tasks/{TASK_ID}", "/elsewhere"])
def test_a_browsers_question_before_the_request_gets_a_success_and_no_rights(path: str) -> None:
    answer = request("OPTIONS", path, headers={"Access-Control-Request-Method": "PUT"})
    assert (answer.status, answer.body) == (204, "")
    assert not any(name.startswith("access-control") for name in answer.headers)


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
