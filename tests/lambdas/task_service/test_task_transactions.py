"""The transactions that store tasks and their events, and what can stop them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serverless_runtime.shared.aws.connections import Request
from serverless_runtime.shared.aws.errors import ResponseError
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from tests.lambdas.http_api import request
from tests.lambdas.recorded_lambda import RecordedLambda
from tests.lambdas.samples import a_task, an_event
from tests.lambdas.task_service.dynamo_wire import rejection, wire
from tests.lambdas.task_service.stored_tasks import stored_tasks
from tests.lambdas.wire import Hook

PATH = f"/tasks/{a_task().task_id}"


@pytest.fixture
def tasks(aws_in_memory: None) -> DynamoTaskWriter:
    return stored_tasks()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/tasks", {"title": "x"}),
        ("PATCH", PATH, {"status": "completed"}),
        ("DELETE", PATH, None),
    ],
)
def test_a_transaction_is_repeated_under_the_same_token(
    *, recorded_lambda: RecordedLambda, tasks: DynamoTaskWriter, method: str, path: str, body: Any
) -> None:
    tasks.create(a_task(), an_event())
    sent: list[dict[str, Any]] = []

    def break_the_first(request: Request) -> None:
        sent.append(json.loads(request.body))
        if len(sent) == 1:
            raise ResponseError("lost")

    with wire("TransactWriteItems", break_the_first):
        response = request(method, path, body)

    assert response.status < 300
    assert len(sent) == 2
    # DynamoDB then responds to the repeated request as to the first.
    assert sent[0] == sent[1]
    assert sent[0]["ClientRequestToken"]


def test_a_task_and_its_event_are_stored_in_one_transaction(
    recorded_lambda: RecordedLambda, tasks: DynamoTaskWriter
) -> None:
    tasks.create(a_task(), an_event())
    sent: list[list[str]] = []

    def note(request: Request) -> None:
        items = json.loads(request.body)["TransactItems"]
        sent.append(
            [f"{kind} {each['TableName']}" for item in items for kind, each in item.items()]
        )

    with wire("TransactWriteItems", note):
        request("POST", "/tasks", {"title": "x"})
        request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})
        request("PATCH", PATH, {"status": "completed"})
        request("PATCH", PATH, {"title": "A change without an event"})
        request("DELETE", PATH)

    assert sent == [
        ["Put tasks", "Put outbox"],
        ["Put tasks", "Put tasks", "Put outbox"],
        ["Put tasks", "Put outbox"],
        ["Delete tasks", "Put outbox"],
    ]


OTHERS_WON = rejection("ConditionalCheckFailedException", Item={"version": {"N": "9"}})


def cancelled(*codes: str) -> Hook:
    """Cancel every transaction with these reasons, one per item."""
    return rejection(
        "TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes]
    )


@pytest.mark.parametrize(
    ("method", "body", "operation", "hook"),
    [
        ("PATCH", {"title": "x"}, "PutItem", OTHERS_WON),
        ("PATCH", {"title": "x"}, "PutItem", rejection("TransactionConflictException")),
        *[
            (method, {"status": "completed"}, "TransactWriteItems", cancelled(code, "None"))
            for method in ("PATCH", "DELETE")
            for code in ("ConditionalCheckFailed", "TransactionConflict")
        ],
    ],
)
def test_when_others_win_every_time_it_is_a_conflict(
    *,
    tasks: DynamoTaskWriter,
    recorded_lambda: RecordedLambda,
    method: str,
    body: Any,
    operation: str,
    hook: Hook,
) -> None:
    tasks.create(a_task(), an_event())

    with wire(operation, hook):
        response = request(method, PATH, body)

    assert response.status == 409
    assert recorded_lambda.payloads == []


def test_a_conflicting_transaction_is_waited_for(recorded_lambda: RecordedLambda) -> None:
    conflict, requests = cancelled("TransactionConflict", "None"), []

    def reject_twice(request: Request) -> Any:
        requests.append(request)
        return conflict(request) if len(requests) < 3 else None

    with wire("TransactWriteItems", reject_twice):
        response = request("POST", "/tasks", {"title": "x"})

    assert response.status == 201
    assert len(requests) == 3
    assert len(request("GET", "/tasks").json["items"]) == 1


def test_requests_with_one_key_that_keep_colliding_are_a_conflict(
    recorded_lambda: RecordedLambda,
) -> None:
    collision = cancelled("None", "TransactionConflict", "None")

    with wire("TransactWriteItems", collision):
        response = request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})

    assert response.status == 409
    assert recorded_lambda.payloads == []


def test_a_throttled_transaction_is_a_503(recorded_lambda: RecordedLambda) -> None:
    with wire("TransactWriteItems", cancelled("None", "None", "ThrottlingError")):
        response = request("POST", "/tasks", {"title": "x"}, headers={"Idempotency-Key": "k"})

    assert response.status == 503
