"""What is asked of an outbox, shard by shard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from serverless_ops.outbox.stored_events import find_events
from serverless_ops.outbox.waiting_events import read_backlog, waiting_events
from serverless_runtime.handoff.outbox_rows import SHARDS, key_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Dynamo:
    """Has no rows."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def query(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return {"Items": []}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "query"
        return SimpleNamespace(paginate=lambda **arguments: [self.query(**arguments)])


def test_what_waits_is_read_as_it_is_now_from_every_shard() -> None:
    dynamodb = Dynamo()

    assert list(waiting_events(dynamodb, "t", NOON, NOON + timedelta(milliseconds=5))) == []

    assert dynamodb.asked == [
        {
            "TableName": "t",
            "ConsistentRead": True,
            "KeyConditionExpression": "#shard = :shard AND #committed BETWEEN :since AND :until",
            "ProjectionExpression": (
                "event_id, correlation_id, log_fields, committed_at, attempts, next_attempt_at"
            ),
            "ExpressionAttributeNames": {"#shard": "shard", "#committed": "committed"},
            "ExpressionAttributeValues": {
                ":shard": {"S": shard},
                ":since": {"S": "001772366400000"},
                ":until": {"S": "001772366400006"},
            },
        }
        for shard in SHARDS
    ]


def test_an_event_is_looked_for_as_it_is_now_in_its_shard_alone() -> None:
    dynamodb = Dynamo()

    assert list(find_events(dynamodb, "t", "e-1")) == []

    [asked] = dynamodb.asked
    assert asked["ConsistentRead"]
    assert asked["ExpressionAttributeValues"] == {
        ":shard": key_of("e-1", 7)["shard"],
        ":id": {"S": "e-1"},
    }


def test_a_backlog_is_counted_in_every_shard_with_one_request_each() -> None:
    dynamodb = Dynamo()

    found = read_backlog(dynamodb, "t")

    assert (found.count, found.is_complete, found.oldest_at) == (0, True, None)
    assert [each["ExpressionAttributeValues"] for each in dynamodb.asked] == [
        {":shard": {"S": shard}} for shard in SHARDS
    ]
