"""Reads the breakers of a stack's channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from serverless_runtime.notification_service.circuit_breaker.dynamo_store import PARTITION, state_of
from serverless_runtime.notification_service.circuit_breaker.state import CircuitBreakerState


def read_breakers(
    dynamodb: Any, table: str, channels: Iterable[str]
) -> dict[str, CircuitBreakerState]:
    """Return the breaker of each of the channels, and of any other there is, by name.

    A channel whose provider has not failed lately has no row, and is CLOSED. Raises botocore's
    errors.
    """
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="event_id = :breakers AND begins_with(channel, :mark)",
        ExpressionAttributeValues={":breakers": {"S": PARTITION}, ":mark": {"S": "#"}},
    )
    rows = [row for page in pages for row in page["Items"]]
    found = {row["channel"]["S"].removeprefix("#"): state_of(row) for row in rows}
    return dict(sorted({**{name: CircuitBreakerState() for name in channels}, **found}.items()))
