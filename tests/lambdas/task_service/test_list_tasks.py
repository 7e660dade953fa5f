from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.contracts.task import STATUSES, Status
from serverless_runtime.shared.aws.connections import Request
from serverless_runtime.web.ids import new_id
from tests.lambdas.http_api import Response, request
from tests.lambdas.moto_state import empty_tables
from tests.lambdas.samples import a_task, an_event
from tests.lambdas.task_service.dynamo_wire import wire
from tests.lambdas.task_service.stored_tasks import stored_tasks
from tests.lambdas.wire import operation_of

START = datetime(2026, 3, 1, tzinfo=UTC)
A_TASK_ID = "019ca6b1-dc00-7000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def fill(statuses: list[Status]) -> list[str]:
    """Store a task per status, one a second, and return their ids, newest first."""
    tasks = stored_tasks()
    ids = [new_id(START + timedelta(seconds=n)) for n in range(len(statuses))]
    for task_id, status in zip(ids, statuses, strict=True):
        task = a_task(task_id=task_id, status=status)
        tasks.create(task, an_event(task))
    return ids[::-1]


def listed(**query: Any) -> Response:
    return request("GET", "/tasks", query=urlencode(query))


def all_pages(**query: Any) -> list[list[str]]:
    """Follow the cursor to the end, and return the ids on each page."""
    pages = []
    for _ in count():
        page = listed(**query).json
        pages.append([task["id"] for task in page["items"]])
        if "nextCursor" not in page:
            return pages
        query["cursor"] = page["nextCursor"]
    raise AssertionError


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(STATUSES), max_size=25),
    st.integers(1, 12),
    st.none() | st.sampled_from(STATUSES),
)
def test_every_task_is_on_exactly_one_page_newest_first(
    statuses: list[Status], limit: int, status: Status | None
) -> None:
    empty_tables()
    ids = fill(statuses)
    wanted = [i for i, s in zip(ids, statuses[::-1], strict=True) if status in (None, s)]

    pages = all_pages(limit=limit, **({"status": status} if status else {}))

    assert [task_id for page in pages for task_id in page] == wanted
    assert all(len(page) == limit for page in pages[:-1])
    assert pages == [[]] or pages[-1], "a cursor leads to an empty page"


def test_a_page_has_50_tasks_by_default() -> None:
    fill(["pending"] * 51)

    assert len(listed().json["items"]) == 50
    assert len(listed(limit=100).json["items"]) == 51


def test_a_page_costs_little_however_many_tasks_there_are() -> None:
    fill(["pending"] * 60)
    queries: list[tuple[str, int]] = []

    def record(request: Request) -> None:
        queries.append((operation_of(request), json.loads(request.body)["Limit"]))

    with wire("*", record):
        listed(limit=5)

    assert {name for name, _ in queries} == {"Query"}
    # A quarter of six from each shard, and four to spare.
    assert [limit for _, limit in queries] == [5] * 4


def test_responses_stored_for_idempotency_keys_are_not_listed() -> None:
    request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})

    assert len(listed().json["items"]) == 1


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("limit", value) for value in ["0", "101", "-1", "", "\u0665", "5,5", "1e1", "9" * 99]],
        *[("status", value) for value in ["", "done", "Pending", "pending,pending", "\x00"]],
        *[("cursor", value) for value in ["", "%", "a", "e30", "é", "WzE", "A" * 300]],
        ("cursor", encoded([2, None, A_TASK_ID])),
        ("cursor", encoded([1, None, "x"])),
        ("cursor", encoded([1, "done", A_TASK_ID])),
        ("cursor", encoded([True, [None], {}])),
        ("cursor", base64.urlsafe_b64encode(b"[" * 150).decode()),
        ("Limit", "5"),
        ("\x00", "x"),
    ],
)
def test_a_bad_parameter_is_named(name: str, value: str) -> None:
    response = request("GET", "/tasks", query=f"{quote(name)}={quote(value)}")

    assert response.status == 400
    assert [(error["in"], error["field"]) for error in response.json["errors"]] == [("query", name)]


def test_a_cursor_belongs_to_its_filter() -> None:
    fill(["pending"] * 3)
    cursor = listed(limit=1, status="pending").json["nextCursor"]

    response = listed(limit=1, cursor=cursor)

    assert response.status == 400
    assert response.json["detail"] == "cursor belongs to a list with another status filter"
