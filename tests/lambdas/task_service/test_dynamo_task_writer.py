"""Concurrent writes to the table, lost responses, and an unavailable table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.shared.aws.errors import ConnectError, ResponseError
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from tests.lambdas.handoff.relay.relay_scenario import other_client
from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.reserved_words import reserved_words_in
from tests.lambdas.samples import AT, a_task, an_event
from tests.lambdas.task_service.dynamo_wire import (
    lose_the_response,
    no_response,
    once,
    rejection,
    wire,
)
from tests.lambdas.task_service.stored_tasks import stored_tasks
from tests.lambdas.wire import Hook

PATH = f"/tasks/{a_task().task_id}"


@pytest.fixture
def tasks(aws_in_memory: None) -> DynamoTaskWriter:
    return stored_tasks()


def test_a_stored_task_is_read_as_it_was(tasks: DynamoTaskWriter) -> None:
    task = a_task(detail="", due_at=AT, status="in_progress", version=7)

    tasks.create(task, an_event(task))

    assert tasks.get(task.task_id) == task


@pytest.mark.parametrize("event", [None, an_event()], ids=["without-event", "with-event"])
def test_only_the_version_read_is_replaced(
    tasks: DynamoTaskWriter, event: TaskEvent | None
) -> None:
    task, later = a_task(), a_task(version=2)
    tasks.create(task, an_event())

    assert tasks.replace(later, version_read=1, event=event)
    assert not tasks.replace(replace(later, title="late"), version_read=1, event=event)
    assert tasks.get(task.task_id) == later


def test_only_the_version_read_is_deleted(tasks: DynamoTaskWriter) -> None:
    task = a_task(version=2)
    tasks.create(task, an_event())

    assert not tasks.delete(a_task(), an_event())
    assert tasks.get(task.task_id) == task
    assert tasks.delete(task, an_event())
    assert not tasks.delete(task, an_event())


def test_a_write_whose_response_was_lost_is_known_to_be_ours(tasks: DynamoTaskWriter) -> None:
    tasks.create(a_task(), an_event())

    with wire("PutItem", once(lose_the_response)):
        assert tasks.replace(a_task(version=2), version_read=1, event=None)


def test_a_change_by_others_in_between_is_kept(
    tasks: DynamoTaskWriter, recorded_lambda: RecordedLambda
) -> None:
    tasks.create(a_task(), an_event())

    def change_the_title(_: Any) -> None:
        # A table made with another client, so that the hook does not see this write.
        other = stored_tasks(other_client())
        assert other.replace(a_task(title="Buy bread", version=2), version_read=1, event=None)

    with wire("PutItem", once(change_the_title)):
        response = request("PATCH", PATH, {"detail": "Two"})

    assert (
        response.json | {"updatedAt": AT}
        == a_task(title="Buy bread", detail="Two", version=3).to_document()
    )


def test_the_precondition_is_checked_again_after_a_conflict(
    tasks: DynamoTaskWriter, recorded_lambda: RecordedLambda
) -> None:
    tasks.create(a_task(), an_event())

    def change_it(_: Any) -> None:
        other = stored_tasks(other_client())
        assert other.replace(a_task(version=2), version_read=1, event=None)

    with wire("TransactWriteItems", once(change_it)):
        response = request("DELETE", PATH, headers={"If-Match": '"1"'})

    assert response.status == 412
    assert recorded_lambda.payloads == []


@pytest.mark.parametrize(
    ("method", "path", "operation", "hook"),
    [
        ("POST", "/tasks", "TransactWriteItems", rejection("ThrottlingException")),
        ("GET", "/tasks", "Query", rejection("ThrottlingException")),
        ("GET", PATH, "GetItem", rejection("RequestLimitExceeded")),
        ("PATCH", PATH, "GetItem", no_response(ResponseError)),
        ("DELETE", PATH, "GetItem", no_response(ConnectError)),
    ],
)
def test_a_table_that_is_unavailable_is_a_503_with_retry_after(
    *, recorded_lambda: RecordedLambda, method: str, path: str, operation: str, hook: Hook
) -> None:
    with wire(operation, hook):
        response = request(method, path, {"title": "x"} if method in ("POST", "PATCH") else None)

    assert (response.status, response.headers["retry-after"]) == (503, "1")
    assert recorded_lambda.payloads == []


def test_an_unexpected_error_is_a_500_with_its_trace_in_the_log(
    recorded_lambda: RecordedLambda, caplog: pytest.LogCaptureFixture
) -> None:
    with wire("GetItem", rejection("AccessDeniedException")):
        response = request("GET", PATH, headers={"X-Correlation-Id": "order-4711"})

    assert response.status == 500
    assert response.json["correlationId"] == "order-4711"
    assert "AccessDenied" not in response.body
    [record] = [record for record in caplog.records if record.exc_info]
    assert vars(record)["correlation_id"] == "order-4711"


def test_a_reserved_word_would_be_noticed() -> None:
    assert reserved_words_in("shard = :shard AND task_id < :before") == {"SHARD"}
    assert not reserved_words_in("attribute_not_exists(task_id) OR #status = :status")
