"""The table when others write at the same time, when answers get lost, and when it is away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from lambdas.shared import aws
from lambdas.task_service.dynamo_tasks import DynamoTasks
from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RawBody, RecordedLambda
from tests.lambdas.samples import AT, a_task
from tests.lambdas.tables import TASKS

PATH = f"/tasks/{a_task().task_id}"

Hook = Callable[..., Any]


@pytest.fixture
def tasks(aws_in_memory: None) -> DynamoTasks:
    return DynamoTasks(TASKS)


@contextmanager
def wire(operation: str, hook: Hook) -> Iterator[None]:
    """Let `hook` see each request for `operation` on its way, and answer or break it."""
    events, name = aws.client("dynamodb").meta.events, f"before-send.dynamodb.{operation}"
    events.register_first(name, hook)
    yield
    events.unregister(name, hook)


def once(do_it: Callable[[Any], None]) -> Hook:
    """Do something when the first request is on its way."""
    done: list[Any] = []

    def hook(request: Any, **_: Any) -> None:
        if not done:
            done.append(request)
            do_it(request)

    return hook


def lose_the_answer(request: Any) -> None:
    """Do what the request asks, through another client, and break its connection."""
    call = {"PutItem": "put_item", "DeleteItem": "delete_item"}
    operation = request.headers["X-Amz-Target"].decode().rsplit(".", 1)[1]
    getattr(boto3.client("dynamodb"), call[operation])(**json.loads(request.body))
    raise ReadTimeoutError(endpoint_url=request.url)


def refusal(code: str, **more: Any) -> Hook:
    """Answer every request with DynamoDB's error `code`."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode()

    def hook(request: Any, **_: Any) -> AWSResponse:
        # moto sees the request too, even though its answer is not used: give it nothing to do.
        request.headers["X-Amz-Target"] = "DynamoDB_20120810.ListTables"
        request.body = b"{}"
        return AWSResponse(request.url, 400, {}, RawBody(body))

    return hook


def silence(error: Callable[..., Exception]) -> Hook:
    def hook(request: Any, **_: Any) -> None:
        raise error(endpoint_url=request.url)

    return hook


def test_a_stored_task_is_read_as_it_was(tasks: DynamoTasks) -> None:
    task = a_task(detail="", due_at=AT, status="in_progress", version=7)

    tasks.create(task)

    assert tasks.get(task.task_id) == task


def test_only_the_version_read_is_replaced_or_deleted(tasks: DynamoTasks) -> None:
    task = a_task()
    tasks.create(task)

    assert tasks.replace(replace(task, version=2), version_read=1)
    assert not tasks.replace(replace(task, version=2, title="late"), version_read=1)
    assert not tasks.delete(task)
    assert tasks.get(task.task_id) == replace(task, version=2)
    assert tasks.delete(replace(task, version=2))
    assert not tasks.delete(replace(task, version=2))


def test_a_write_whose_answer_was_lost_is_known_to_be_ours(tasks: DynamoTasks) -> None:
    task = a_task()

    with wire("PutItem", once(lose_the_answer)):
        tasks.create(task)
    with wire("PutItem", once(lose_the_answer)):
        assert tasks.replace(replace(task, version=2), version_read=1)
    with wire("DeleteItem", once(lose_the_answer)):
        assert tasks.delete(replace(task, version=2))

    assert tasks.get(task.task_id) is None


def test_a_change_by_others_in_between_is_kept(
    tasks: DynamoTasks, recorded_lambda: RecordedLambda
) -> None:
    tasks.create(a_task())

    def change_the_title(_: Any) -> None:
        # A table made with another client, so that the hook does not see this write.
        other = DynamoTasks(TASKS, client=boto3.client("dynamodb"))
        assert other.replace(a_task(title="Buy bread", version=2), version_read=1)

    with wire("PutItem", once(change_the_title)):
        answer = request("PATCH", PATH, {"detail": "Two"})

    assert (
        answer.json | {"updatedAt": AT}
        == a_task(title="Buy bread", detail="Two", version=3).to_document()
    )


def test_a_version_agreed_to_is_checked_again_when_others_won(
    tasks: DynamoTasks, recorded_lambda: RecordedLambda
) -> None:
    tasks.create(a_task())

    def change_it(_: Any) -> None:
        other = DynamoTasks(TASKS, client=boto3.client("dynamodb"))
        assert other.replace(a_task(version=2), version_read=1)

    with wire("DeleteItem", once(change_it)):
        answer = request("DELETE", PATH, headers={"If-Match": '"1"'})

    assert answer.status == 412
    assert recorded_lambda.payloads == []


@pytest.mark.parametrize(("method", "operation"), [("PATCH", "PutItem"), ("DELETE", "DeleteItem")])
def test_when_others_win_every_time_it_is_a_conflict(
    tasks: DynamoTasks, recorded_lambda: RecordedLambda, method: str, operation: str
) -> None:
    tasks.create(a_task())
    others_won = refusal("ConditionalCheckFailedException", Item={"version": {"N": "9"}})

    with wire(operation, others_won):
        answer = request(method, PATH, {"title": "x"})

    assert answer.status == 409
    assert recorded_lambda.payloads == []


def test_requests_with_one_key_that_keep_colliding_are_a_conflict(
    recorded_lambda: RecordedLambda,
) -> None:
    collision = refusal(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "None"}, {"Code": "TransactionConflict"}],
    )

    with wire("TransactWriteItems", collision):
        answer = request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})

    assert answer.status == 409
    assert recorded_lambda.payloads == []


@pytest.mark.parametrize(
    ("method", "path", "operation", "hook"),
    [
        ("POST", "/tasks", "PutItem", refusal("ProvisionedThroughputExceededException")),
        ("GET", "/tasks", "Query", refusal("ThrottlingException")),
        ("GET", PATH, "GetItem", refusal("RequestLimitExceeded")),
        ("PATCH", PATH, "GetItem", silence(ReadTimeoutError)),
        ("DELETE", PATH, "GetItem", silence(ConnectTimeoutError)),
    ],
)
def test_a_table_that_is_away_is_a_503_that_says_when_to_try_again(
    *, recorded_lambda: RecordedLambda, method: str, path: str, operation: str, hook: Hook
) -> None:
    with wire(operation, hook):
        answer = request(method, path, {"title": "x"} if method in ("POST", "PATCH") else None)

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert recorded_lambda.payloads == []


def test_a_throttled_transaction_is_a_503(recorded_lambda: RecordedLambda) -> None:
    throttled = refusal(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "ThrottlingError"}, {"Code": "None"}],
    )

    with wire("TransactWriteItems", throttled):
        answer = request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})

    assert answer.status == 503


def test_what_nobody_expected_is_a_500_with_its_trace_in_the_log(
    recorded_lambda: RecordedLambda, caplog: pytest.LogCaptureFixture
) -> None:
    with wire("GetItem", refusal("AccessDeniedException")):
        answer = request("GET", PATH, headers={"X-Correlation-Id": "order-4711"})

    assert answer.status == 500
    assert answer.json["correlationId"] == "order-4711"
    assert "AccessDenied" not in answer.body
    [record] = [record for record in caplog.records if record.exc_info]
    assert vars(record)["correlation_id"] == "order-4711"
