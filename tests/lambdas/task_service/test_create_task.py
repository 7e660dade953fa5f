from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.web.ids import is_id, new_id
from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.tables import TASKS

KEY = {"Idempotency-Key": "k-1"}


def test_a_task_is_created_and_its_event_handed_off(recorded_lambda: RecordedLambda) -> None:
    response = request(
        "POST",
        "/tasks",
        {"title": "Buy milk", "detail": "Two", "dueAt": "2026-03-01T10:30:00.5+01:00"},
        headers={"X-Correlation-Id": "order-4711"},
    )

    task = response.json
    assert response.status == 201
    assert response.headers["location"] == f"/tasks/{task['id']}"
    assert response.headers["etag"] == '"1"'
    assert response.headers["x-correlation-id"] == "order-4711"
    assert task["dueAt"] == "2026-03-01T09:30:00.500Z"
    assert request("GET", response.headers["location"]).json == task
    [event] = recorded_lambda.payloads
    assert (event["type"], event["data"]) == ("task.created.v1", task)
    assert event["correlationid"] == "order-4711"


def test_a_task_created_as_completed_has_only_the_event_of_its_creation(
    recorded_lambda: RecordedLambda,
) -> None:
    request("POST", "/tasks", {"title": "Done", "status": "completed"})

    assert recorded_lambda.types == ["task.created.v1"]


@pytest.mark.parametrize("unresponsive", [True, False])
def test_a_failed_handoff_leaves_the_client_its_success(
    recorded_lambda: RecordedLambda, unresponsive: bool
) -> None:
    recorded_lambda.unresponsive, recorded_lambda.status = unresponsive, 403

    assert request("POST", "/tasks", {"title": "Buy milk"}).status == 201


def test_the_same_key_and_body_return_the_first_response_again(
    recorded_lambda: RecordedLambda,
) -> None:
    first = request("POST", "/tasks", {"title": "Buy milk", "status": "pending"}, headers=KEY)
    request("PATCH", first.headers["location"], {"title": "Changed since"})
    again = request("POST", "/tasks", body=b' { "title" : "Buy milk" } ', headers=KEY)

    assert (again.status, again.body) == (201, first.body)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == '"1"'
    assert len(request("GET", "/tasks").json["items"]) == 1
    # Its event was stored with it the first time, and is the relay's if it was not handed off.
    assert recorded_lambda.types == ["task.created.v1"]


def test_the_same_key_with_another_body_is_rejected(recorded_lambda: RecordedLambda) -> None:
    request("POST", "/tasks", {"title": "Buy milk"}, headers=KEY)
    response = request("POST", "/tasks", {"title": "Buy bread"}, headers=KEY)

    assert response.status == 422
    assert response.json["errors"][0]["field"] == "Idempotency-Key"
    assert len(request("GET", "/tasks").json["items"]) == 1


def test_a_key_counts_as_unused_after_24_hours(recorded_lambda: RecordedLambda) -> None:
    request("POST", "/tasks", {"title": "Buy milk"}, headers=KEY)
    table = boto3.resource("dynamodb").Table(TASKS)
    [row] = [row for row in table.scan()["Items"] if row["task_id"] == "idempotency"]
    kept_until = datetime.fromtimestamp(int(row["expires_at"]), UTC)
    assert timedelta(hours=23, minutes=59) < kept_until - datetime.now(UTC) <= timedelta(hours=24)

    table.put_item(Item={**row, "expires_at": int(datetime.now(UTC).timestamp()) - 1})

    assert request("POST", "/tasks", {"title": "Buy bread"}, headers=KEY).status == 201


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "schlüssel", "a, b", "\t"])
def test_an_invalid_key_is_rejected(recorded_lambda: RecordedLambda, key: str) -> None:
    response = request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": key})

    assert response.status == 400
    assert response.json["errors"][0]["in"] == "header"


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)))
def test_ids_are_version_7_uuids_that_sort_by_age(created_at: datetime) -> None:
    earlier, later = new_id(created_at), new_id(created_at + timedelta(milliseconds=2))

    assert earlier < later
    assert is_id(earlier)
    assert re.fullmatch(r".{14}7.{4}[89ab].*", earlier)
