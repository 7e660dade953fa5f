"""The model's DynamoDB does what moto's does, for any order of the requests the runtime makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from serverless_runtime.shared import aws
from tests.lambdas.moto_state import put_tables, tables
from tests.lambdas.tables import DELIVERIES, OUTBOX, TASKS, create_tables
from tests.model_tests.faults import ATTEMPTS
from tests.model_tests.in_memory_dynamo import InMemoryDynamo

Request = tuple[str, dict[str, Any]]

_ids = st.sampled_from(["a", "b"])
_owners = st.sampled_from(["one", "two"])
_timestamps = st.integers(1, 9).map(lambda n: {"N": str(n)})
_shown = st.sampled_from(["ALL_OLD", "NONE"])


def _delivery_key(event_id: str) -> dict[str, Any]:
    return {"event_id": {"S": event_id}, "part": {"S": "email"}}


def _start(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    row = {"status": {"S": "IN_PROGRESS"}, "lease_owner": {"S": owner}, "lease_until": now}
    return "put_item", {
        "TableName": DELIVERIES,
        "Item": {**_delivery_key(event_id), **row},
        "ConditionExpression": (
            "attribute_not_exists(event_id) OR (#status = :in_progress AND lease_until < :now)"
        ),
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":in_progress": {"S": "IN_PROGRESS"}, ":now": now},
        "ReturnValuesOnConditionCheckFailure": shown,
    }


def _finish(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    return "update_item", {
        "TableName": DELIVERIES,
        "Key": _delivery_key(event_id),
        "UpdateExpression": "SET #status = :done, completed_at = :now REMOVE lease_until, gone",
        "ConditionExpression": "lease_owner = :owner",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":done": {"S": "COMPLETED"},
            ":now": now,
            ":owner": {"S": owner},
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": shown,
    }


def _count(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    return "update_item", {
        "TableName": DELIVERIES,
        "Key": _delivery_key(event_id),
        "UpdateExpression": (
            "SET lease_owner = :owner, lease_until = if_not_exists(lease_until, :now),"
            " attempts = if_not_exists(attempts, :now) + :now REMOVE #status"
        ),
        "ConditionExpression": "attribute_not_exists(event_id) OR lease_owner <> :owner",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":owner": {"S": owner}, ":now": now},
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": shown,
    }


def _release(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    return "delete_item", {
        "TableName": DELIVERIES,
        "Key": _delivery_key(event_id),
        "ConditionExpression": "lease_owner = :owner AND NOT lease_until > :now",
        "ExpressionAttributeValues": {":owner": {"S": owner}, ":now": now},
        "ReturnValuesOnConditionCheckFailure": shown,
    }


def _transaction(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    task = {"shard": {"S": "0"}, "task_id": {"S": event_id}, "version": now}
    row = {"shard": {"S": "0"}, "committed": {"S": f"{now['N']}#{event_id}"}, "payload": {"B": b""}}
    condition = {
        "ConditionExpression": "attribute_not_exists(task_id) OR version <= :read",
        "ExpressionAttributeValues": {":read": now},
        "ReturnValuesOnConditionCheckFailure": shown,
    }
    return "transact_write_items", {
        "TransactItems": [
            {"Put": {"TableName": TASKS, "Item": task, **condition}},
            {"Put": {"TableName": OUTBOX, "Item": row}},
        ],
        "ClientRequestToken": f"{owner}-{event_id}-{now['N']}-{shown}",
    }


def _query(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    return "query", {
        "TableName": OUTBOX,
        "ConsistentRead": True,
        "KeyConditionExpression": "#shard = :shard AND #committed < :before",
        "ExpressionAttributeNames": {"#shard": "shard", "#committed": "committed"},
        "ExpressionAttributeValues": {":shard": {"S": "0"}, ":before": {"S": now["N"]}},
    }


def _get(event_id: str, owner: str, now: dict[str, str], shown: str) -> Request:
    key = {"shard": {"S": "0"}, "task_id": {"S": event_id}}
    return "get_item", {"TableName": TASKS, "Key": key, "ConsistentRead": True}


_makers: list[Callable[..., Request]] = [
    _start,
    _finish,
    _count,
    _release,
    _transaction,
    _query,
    _get,
]
_requests = st.builds(
    lambda maker, *rest: maker(*rest), st.sampled_from(_makers), _ids, _owners, _timestamps, _shown
)


@pytest.fixture(scope="module")
def motos() -> Iterator[Any]:
    with mock_aws():
        client = boto3.Session("testing", "testing", region_name="eu-west-1").client("dynamodb")
        create_tables(client)
        yield client


@pytest.fixture(scope="module")
def empty_tables(motos: Any) -> bytes:
    return tables()


@settings(derandomize=True, database=None, max_examples=60)
@given(requests=st.lists(_requests, max_size=12))
def test_the_model_and_moto_respond_alike(
    motos: Any, empty_tables: bytes, requests: list[Request]
) -> None:
    put_tables(empty_tables)
    model = InMemoryDynamo(lambda: 0.0, lambda change: None)

    for operation, arguments in _once_per_token(requests):
        assert _outcome(model, operation, arguments) == _outcome(motos, operation, arguments), (
            operation
        )


def _once_per_token(requests: list[Request]) -> Iterator[Request]:
    # moto remembers tokens beyond the table; what a token does is tested by itself below.
    for number, (operation, arguments) in enumerate(requests):
        unique = {"ClientRequestToken": f"{number}-{id(requests)}"}
        yield operation, arguments | (unique if "ClientRequestToken" in arguments else {})


def _outcome(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    try:
        response = getattr(client, operation)(**arguments)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        found = [(reason.get("Code"), reason.get("Item")) for reason in reasons]
        return error.response["Error"]["Code"], error.response.get("Item"), found
    return {name: response.get(name) for name in ("Item", "Items", "Attributes")}


def test_a_repeated_transaction_takes_effect_once_and_succeeds_twice() -> None:
    now = [0.0]
    model = InMemoryDynamo(lambda: now[0], lambda change: None)
    _, arguments = _transaction("a", "one", {"N": "5"}, "NONE")
    arguments["TransactItems"][0]["Put"]["ConditionExpression"] = "attribute_not_exists(task_id)"
    del arguments["TransactItems"][0]["Put"]["ExpressionAttributeValues"]

    assert model.transact_write_items(**arguments) == model.transact_write_items(**arguments) == {}
    now[0] = 601
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        model.transact_write_items(**arguments)


def test_an_unknown_expression_is_an_error() -> None:
    model = InMemoryDynamo(lambda: 0.0, lambda change: None)
    arguments = {"TableName": DELIVERIES, "Key": _delivery_key("a")}

    with pytest.raises(NotImplementedError, match="cannot compare"):
        model.delete_item(**arguments, ConditionExpression="contains(lease_owner, :x)")


@pytest.mark.parametrize("service", ["dynamodb", "lambda", "sesv2"])
def test_the_model_retries_requests_as_often_as_the_real_clients(service: str) -> None:
    assert aws.CLIENT_CONFIGS[service].total_max_attempts == ATTEMPTS[service]
