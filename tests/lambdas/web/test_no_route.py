"""The responses to requests that match no operation, of any service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.web.handlers import no_route

PATHS = {"/things": ["GET", "HEAD", "POST"], "/things/{thingId}": ["DELETE"]}


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("METHODS_BY_PATH", json.dumps(PATHS))
    no_route._methods_by_path.cache_clear()
    yield
    no_route._methods_by_path.cache_clear()


def sent(route: str, method: str, **event: Any) -> dict[str, Any]:
    context = {"http": {"method": method}, "requestId": "r-1="}
    return no_route.handle(
        {"routeKey": route, "rawPath": "/x", "requestContext": context, **event}, None
    )


def test_a_method_that_a_path_does_not_have_is_told_those_it_has() -> None:
    response = sent("ANY /things", "PUT")

    assert (response["statusCode"], response["headers"]["Allow"]) == (405, "GET, HEAD, POST")
    assert json.loads(response["body"])["detail"] == "this path supports GET, HEAD, POST"
    assert sent("ANY /things/{thingId}", "GET")["headers"]["Allow"] == "DELETE"


def test_an_unknown_path_is_not_found_whatever_its_parameters() -> None:
    response = sent("$default", "GET", queryStringParameters={"a": "b"})

    assert response["statusCode"] == 404
    assert json.loads(response["body"])["detail"] == "there is no resource at this path"


def test_a_response_to_head_has_no_body() -> None:
    response = sent("ANY /things/{thingId}", "HEAD")

    assert (response["statusCode"], response["body"]) == (405, "")


def test_a_preflight_is_a_success() -> None:
    preflight = {"access-control-request-method": "PUT"}

    assert sent("ANY /things", "OPTIONS", headers=preflight)["statusCode"] == 204
    assert sent("ANY /things", "OPTIONS")["statusCode"] == 405


@given(
    route=st.sampled_from(["$default", *(f"ANY {path}" for path in PATHS)]),
    method=st.text(max_size=8),
    query=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_nothing_that_reaches_it_is_a_success_or_a_server_error(
    route: str, method: str, query: dict[str, str]
) -> None:
    response = sent(route, method, queryStringParameters=query)

    assert response["statusCode"] == (404 if route == "$default" else 405)
