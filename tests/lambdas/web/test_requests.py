"""What a handler knows of a request is what the gateway sent, whole."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from serverless_runtime.web.http.request import Request, read_request


def an_event(**changes: Any) -> dict[str, Any]:
    return {
        "routeKey": "GET /tasks/{taskId}",
        "rawPath": "/tasks/a b",
        "requestContext": {"http": {"method": "HEAD"}, "requestId": "gw-1="},
        **changes,
    }


def test_a_request_has_every_part_of_the_event() -> None:
    event = an_event(
        headers={"X-Correlation-Id": "order-4711", "Accept": "A/B"},
        pathParameters={"taskId": "a b"},
        queryStringParameters={"limit": "5"},
        body="e30=",
        isBase64Encoded=True,
    )

    request = read_request(event)

    assert request == Request(
        route="/tasks/{taskId}",
        method="HEAD",
        path="/tasks/a b",
        path_parameters={"taskId": "a b"},
        query={"limit": "5"},
        headers={"x-correlation-id": "order-4711", "accept": "A/B"},
        body="e30=",
        body_is_base64=True,
        correlation_id="order-4711",
    )
    assert request.instance == "/tasks/a%20b"


def test_what_the_gateway_leaves_out_is_empty() -> None:
    assert read_request(an_event(routeKey="$default")) == Request(
        route="$default",
        method="HEAD",
        path="/tasks/a b",
        path_parameters={},
        query={},
        headers={},
        body="",
        body_is_base64=False,
        correlation_id="gw-1=",
    )


@pytest.mark.parametrize("sent", ["a", "A-z_0.9", "a" * 128])
def test_an_id_that_a_client_sends_is_kept(sent: str) -> None:
    assert read_request(an_event(headers={"X-Correlation-Id": sent})).correlation_id == sent


@pytest.mark.parametrize("sent", ["", "a" * 129, "a b", "a\n", "é", "a="])
def test_another_is_replaced_by_the_gateways(sent: str) -> None:
    assert read_request(an_event(headers={"X-Correlation-Id": sent})).correlation_id == "gw-1="


@pytest.mark.parametrize(
    ("request_id", "is_kept"),
    [("a/b+c=", True), ("a" * 128, True), ("a" * 129, False), ("", False), ("a b", False)],
)
def test_without_either_there_is_one_of_ours(request_id: str, *, is_kept: bool) -> None:
    context = {"http": {"method": "GET"}, "requestId": request_id}
    found = read_request(an_event(requestContext=context)).correlation_id

    assert (found == request_id) is is_kept
    if not is_kept:
        assert uuid.UUID(found).version == 4


def test_a_path_becomes_a_reference_that_any_reader_takes() -> None:
    paths = {"/a/b-._~": "/a/b-._~", "/é?#%": "/%C3%A9%3F%23%25", "/\ud800": "/%3F"}

    for path, instance in paths.items():
        assert read_request(an_event(rawPath=path)).instance == instance
