"""The tables as the Pulumi program declares them."""

from __future__ import annotations

from typing import Any

TASKS = "tasks"
DELIVERIES = "deliveries"
OUTBOX = "outbox"
CIRCUITS = "circuits"
METHODS_BY_PATH = {
    "/tasks": ["GET", "HEAD", "POST"],
    "/tasks/{taskId}": ["GET", "HEAD", "PUT", "PATCH", "DELETE"],
}
TARGET_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:notification-service"
DEAD_LETTER_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters"


def create_tables(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName=TASKS,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("shard", "task_id"),
        AttributeDefinitions=_texts("shard", "task_id", "status_shard"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": _keys("status_shard", "task_id"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    dynamodb.create_table(
        TableName=DELIVERIES,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("event_id", "part"),
        AttributeDefinitions=_texts("event_id", "part", "subject"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-subject",
                "KeySchema": _keys("subject", "event_id"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    dynamodb.create_table(
        TableName=OUTBOX,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("shard", "committed"),
        AttributeDefinitions=_texts("shard", "committed"),
    )
    dynamodb.create_table(
        TableName=CIRCUITS,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("circuit")[:1],
        AttributeDefinitions=_texts("circuit"),
    )


def _keys(hash_key: str, range_key: str = "") -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def _texts(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]
