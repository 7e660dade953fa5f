"""The target: keeps the order's receipt."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import boto3  # type: ignore[import-untyped]

from serverless_runtime.handoff import ReceivedEvent


def handle(payload: object, context: object) -> None:
    order = ReceivedEvent.from_payload(payload).payload
    boto3.client("dynamodb").put_item(
        TableName=os.environ["RECEIPTS_TABLE_NAME"],
        Item={
            "order_id": {"S": order["orderId"]},
            "printed_at": {"S": datetime.now(UTC).isoformat()},
        },
    )
