from __future__ import annotations

from typing import Any

import pytest

from tests.lambdas.http_api import Response, request
from tests.lambdas.recorded_lambda import RecordedLambda

MERGE = {"Content-Type": "application/merge-patch+json"}
NOBODY = "/tasks/019501d2-7c00-7a51-8f3e-52a1c0d9e7b4"


@pytest.fixture
def path(recorded_lambda: RecordedLambda) -> str:
    """A task's path; the event of its creation is discarded."""
    task = {"title": "Buy milk", "detail": "Two", "dueAt": "2026-03-01T09:30:00Z"}
    path = request("POST", "/tasks", task).headers["location"]
    recorded_lambda.payloads.clear()
    return path


def patch(path: str, document: Any, if_match: str | None = None) -> Response:
    headers = MERGE if if_match is None else {**MERGE, "If-Match": if_match}
    return request("PATCH", path, document, headers=headers)


def test_put_replaces_and_removes_what_is_left_out(path: str) -> None:
    response = request("PUT", path, {"title": "Buy bread", "status": "in_progress"})

    task = response.json
    assert (response.status, response.headers["etag"], task["version"]) == (200, '"2"', 2)
    assert (task["title"], task["status"]) == ("Buy bread", "in_progress")
    assert "detail" not in task
    assert "dueAt" not in task
    assert request("GET", path).json == task


def test_patch_keeps_what_is_left_out_and_null_removes(path: str) -> None:
    task = patch(path, {"detail": None, "title": "Buy bread"}).json

    assert task["title"] == "Buy bread"
    assert "detail" not in task
    assert task["dueAt"] == "2026-03-01T09:30:00.000Z"


@pytest.mark.parametrize("document", [{}, {"title": "Buy milk"}])
def test_a_patch_that_changes_nothing_writes_nothing(path: str, document: Any) -> None:
    before = request("GET", path).json

    response = patch(path, document)

    assert (response.status, response.json, response.headers["etag"]) == (200, before, '"1"')


def test_only_the_transition_to_completed_has_an_event(
    path: str, recorded_lambda: RecordedLambda
) -> None:
    patch(path, {"status": "in_progress"})
    patch(path, {"status": "completed"})
    patch(path, {"status": "completed", "title": "Bought milk"})
    assert recorded_lambda.types == ["task.completed.v1"]

    patch(path, {"status": "pending"})
    request("PUT", path, {"title": "Buy milk", "status": "completed"})
    assert recorded_lambda.types == ["task.completed.v1"] * 2
    assert recorded_lambda.payloads[0]["id"] != recorded_lambda.payloads[1]["id"]


def test_a_deleted_task_is_gone_and_its_event_has_the_last_version(
    path: str, recorded_lambda: RecordedLambda
) -> None:
    task = request("GET", path).json

    response = request("DELETE", path)

    assert (response.status, response.body) == (204, "")
    assert "content-type" not in response.headers
    assert request("GET", path).status == 404
    assert request("DELETE", path).status == 404
    [event] = recorded_lambda.payloads
    assert (event["type"], event["data"]) == ("task.deleted.v1", task)


@pytest.mark.parametrize("value", ['"1"', "*", ' "7" , "1"', 'W/"1", "1"', '"a,b","1"'])
def test_if_match_that_names_the_version_agrees(path: str, value: str) -> None:
    assert patch(path, {"title": "x"}, value).status == 200


@pytest.mark.parametrize("value", ['"2"', 'W/"1"', "1", "", '"1', '"1" "2"', '*, "1"', '"01"'])
def test_if_match_that_does_not_changes_nothing(path: str, value: str) -> None:
    response = patch(path, {"title": "x"}, value)

    assert response.status == 412
    assert response.json["detail"] == 'If-Match does not match the ETag, which is "1"'
    assert request("PUT", path, {"title": "x", "status": "pending"}, headers={"If-Match": value})
    assert request("DELETE", path, headers={"If-Match": value}).status == 412
    assert request("GET", path).json["version"] == 1


@pytest.mark.parametrize(
    "path", [NOBODY, NOBODY.upper(), "/tasks/1", "/tasks/\x00é", f"{NOBODY}\n"]
)
def test_what_is_no_task_is_not_found(recorded_lambda: RecordedLambda, path: str) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        response = request(method, path, {"title": "x", "status": "pending"})

        assert response.status == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json["correlationId"] == response.headers["x-correlation-id"]
