"""Conditional requests (RFC 9110, 13) and HEAD, on every method."""

from __future__ import annotations

import pytest

from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda

TASK = {"title": "Buy milk", "status": "pending"}
NAMES_IT = ['"1"', 'W/"1"', "*", ' "7" ,W/"1"', '"a,b","1"']
NAMES_OTHERS = ['"2"', 'W/"2"', '"01"', '"7", "8"', '""']


@pytest.fixture
def path(recorded_lambda: RecordedLambda) -> str:
    return request("POST", "/tasks", TASK).headers["location"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("value", NAMES_IT)
def test_a_client_that_has_the_task_is_told_so(path: str, method: str, value: str) -> None:
    response = request(method, path, headers={"If-None-Match": value})

    assert (response.status, response.body) == (304, "")
    assert response.headers["etag"] == '"1"'
    assert "content-type" not in response.headers


@pytest.mark.parametrize("value", [*NAMES_OTHERS, "1", "", '"1', '*, "1"'])
def test_a_client_that_has_another_version_gets_the_task(path: str, value: str) -> None:
    response = request("GET", path, headers={"If-None-Match": value})

    assert (response.status, response.json["title"]) == (200, "Buy milk")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("value", ['"2"', 'W/"1"', "1", ""])
def test_if_match_holds_for_every_method(path: str, method: str, value: str) -> None:
    assert request(method, path, TASK, headers={"If-Match": value}).status == 412
    # If-Match comes first.
    both = {"If-Match": value, "If-None-Match": '"1"'}
    assert request(method, path, TASK, headers=both).status == 412


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("value", [*NAMES_IT, "1", "", '"1'])
def test_what_if_none_match_excludes_is_not_changed(path: str, method: str, value: str) -> None:
    change = {**TASK, "title": "Buy bread"}

    assert request(method, path, change, headers={"If-None-Match": value}).status == 412
    assert request("GET", path).json["version"] == 1


@pytest.mark.parametrize("value", NAMES_OTHERS)
def test_what_if_none_match_does_not_exclude_is_changed(path: str, value: str) -> None:
    change = {**TASK, "title": "Buy bread"}

    assert request("PUT", path, change, headers={"If-None-Match": value}).status == 200


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ({"If-None-Match": "*"}, {"GET": 304, "HEAD": 304, "POST": 412}),
        ({"If-None-Match": '"1"'}, {"GET": 200, "HEAD": 200, "POST": 201}),
        ({"If-Match": "*"}, {"GET": 200, "HEAD": 200, "POST": 201}),
        ({"If-Match": '"1"'}, {"GET": 412, "HEAD": 412, "POST": 412}),
        ({"If-Match": ""}, {"GET": 412, "HEAD": 412, "POST": 412}),
    ],
)
def test_the_collection_exists_and_has_no_etag(
    recorded_lambda: RecordedLambda, headers: dict[str, str], statuses: dict[str, int]
) -> None:
    for method, status in statuses.items():
        document = TASK if method == "POST" else None
        assert request(method, "/tasks", document, headers=headers).status == status


def test_an_invalid_request_is_told_what_is_invalid_first(path: str) -> None:
    for method, where in (("POST", "/tasks"), ("PUT", path), ("PATCH", path)):
        assert request(method, where, {"title": 7}, headers={"If-Match": '"9"'}).status == 400
    gone = path[:-1] + ("0" if path[-1] != "0" else "1")
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert request(method, gone, TASK, headers={"If-None-Match": "*"}).status == 404


def test_head_has_the_headers_of_get_and_no_content(path: str) -> None:
    for where in (path, "/tasks", "/elsewhere", "/tasks/none"):
        got, head = request("GET", where), request("HEAD", where)

        assert (head.status, head.body) == (got.status, "")
        same = got.headers.keys() - {"x-correlation-id"}
        assert {name: head.headers[name] for name in same} == {
            name: got.headers[name] for name in same
        }
