"""Reads and closes the circuit breakers of a notification service's channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serverless_runtime.notification_service.circuit_breaker.probe import CircuitBreakerOpenError
from serverless_runtime.notification_service.circuit_breaker.state_in_dynamodb import (
    PARTITION,
    CircuitBreakerState,
    DynamoCircuitBreakerStore,
    state_of,
)

CircuitBreaker = CircuitBreakerState
CircuitBreakers = Mapping[str, CircuitBreaker]
"""By the name of the channel."""

NOT_TRIED_ERROR = CircuitBreakerOpenError.__name__
"""Error type in the log of an attempt for which the provider was not called."""


def read_circuit_breakers(dynamodb: Any, table: str, channels: Iterable[str]) -> CircuitBreakers:
    """Return the circuit breaker of each of the channels, and any others in the table.

    A channel whose provider has not failed recently has no row, and is CLOSED. Raises botocore's
    errors.
    """
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="event_id = :breakers AND begins_with(part, :mark)",
        ExpressionAttributeValues={":breakers": {"S": PARTITION}, ":mark": {"S": "#"}},
    )
    rows = [row for page in pages for row in page["Items"]]
    found = {row["part"]["S"].removeprefix("#"): state_of(row) for row in rows}
    return dict(sorted({**{name: CircuitBreakerState() for name in channels}, **found}.items()))


def close_circuit_breaker(dynamodb: Any, table: str, channel: str, now: int) -> None:
    """Close it, whatever its state. Raises botocore's errors."""
    DynamoCircuitBreakerStore(table, dynamodb).close(channel, None, now)
