"""The task API, driven over HTTP as a client does."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

PROBLEM = "application/problem+json"


def _create(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = api.post("/tasks", json={"title": "Implement feature X", **fields})
    assert response.status_code == 201, response.text
    task: dict[str, Any] = response.json()
    return task


def test_a_task_is_created_read_replaced_patched_and_deleted(api: httpx.Client) -> None:
    created = api.post("/tasks", json={"title": "Implement feature X"})
    assert created.status_code == 201
    path = created.headers["Location"]
    assert path == f"/tasks/{created.json()['id']}"
    assert api.get(path).json() == created.json()

    replaced = api.put(path, json={"title": "Updated title", "status": "completed"})
    assert replaced.status_code == 200
    assert replaced.json()["status"] == "completed"

    patched = api.patch(
        path,
        content=b'{"detail": "done"}',
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert patched.status_code == 200
    assert (patched.json()["title"], patched.json()["detail"]) == ("Updated title", "done")

    deleted = api.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(path).status_code == 404


def test_the_same_idempotency_key_creates_one_task(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"title": f"Once {uuid.uuid4()}"}

    first = api.post("/tasks", json=body, headers=headers)
    second = api.post("/tasks", json=body, headers=headers)
    other = api.post("/tasks", json={"title": "Another"}, headers=headers)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert other.status_code == 422
    assert other.headers["Content-Type"] == PROBLEM


def test_a_change_based_on_an_old_version_is_rejected(api: httpx.Client) -> None:
    task = _create(api)
    path = f"/tasks/{task['id']}"
    etag = api.get(path).headers["ETag"]
    body = {"title": "Mine", "status": "pending"}
    assert api.put(path, json=body, headers={"If-Match": etag}).status_code == 200

    late = api.put(path, json={**body, "title": "Theirs"}, headers={"If-Match": etag})

    assert late.status_code == 412
    assert api.get(path).json()["title"] == "Mine"
    assert api.delete(path, headers={"If-Match": etag}).status_code == 412


def test_every_bad_field_is_named(api: httpx.Client) -> None:
    response = api.post("/tasks", json={"title": "", "status": "someday", "colour": "blue"})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == PROBLEM
    for field in ("title", "status", "colour"):
        assert field in response.text


def test_the_correlation_id_is_returned(api: httpx.Client) -> None:
    correlation_id = str(uuid.uuid4())

    response = api.get(f"/tasks/{uuid.uuid4()}", headers={"X-Correlation-Id": correlation_id})

    assert response.status_code == 404
    assert response.headers["X-Correlation-Id"] == correlation_id
    assert response.json()["correlationId"] == correlation_id


def test_a_new_task_heads_the_list(api: httpx.Client) -> None:
    created = _create(api)

    page = api.get("/tasks", params={"limit": 1})

    assert page.status_code == 200, page.text
    assert page.json()["items"] == [created]


def test_a_list_is_paged_by_cursor_and_filtered_by_status(api: httpx.Client) -> None:
    created = [_create(api, status="in_progress")["id"] for _ in range(5)]

    seen: list[str] = []
    query: dict[str, Any] = {"status": "in_progress", "limit": 2}
    while True:
        page = api.get("/tasks", params=query)
        assert page.status_code == 200, page.text
        items = page.json()["items"]
        assert len(items) <= 2
        assert {task["status"] for task in items} <= {"in_progress"}
        seen += [task["id"] for task in items]
        if "nextCursor" not in page.json():
            break
        query["cursor"] = page.json()["nextCursor"]

    assert len(seen) == len(set(seen))
    newest_first = [task_id for task_id in seen if task_id in created]
    assert newest_first == list(reversed(created))


def test_an_unknown_path_or_method_is_a_problem_too(api: httpx.Client) -> None:
    assert api.get("/nothing-here").status_code == 404
    assert api.post(f"/tasks/{uuid.uuid4()}").status_code in (404, 405)
