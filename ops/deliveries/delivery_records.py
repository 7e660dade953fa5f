"""Reads the deliveries that a notification service has recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.notification_service.settings import BY_TASK


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """One event on one channel. Times are None where they do not apply."""

    event_id: str
    event_type: str
    task_id: str
    correlation_id: str
    channel: str
    recipient: str
    """Address of the recipient, masked."""

    status: str
    """IN_PROGRESS, COMPLETED, DEAD_LETTERED or WAITING."""

    attempts: int
    replays: int
    provider_id: str | None
    error: str | None
    """Reason of the last failure, even if a later attempt succeeded."""

    started_at: datetime
    """When the first attempt started."""

    updated_at: datetime
    completed_at: datetime | None
    dead_lettered_at: datetime | None
    leased_until: datetime | None
    """While IN_PROGRESS: when an attempt that has not finished counts as failed."""


def deliveries_of_event(dynamodb: Any, table: str, event_id: str) -> list[DeliveryRecord]:
    """Return the deliveries of an event, oldest first. Raises botocore's errors."""
    return _query(
        dynamodb,
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="event_id = :id",
        ExpressionAttributeValues={":id": {"S": event_id}},
    )


def deliveries_of_task(dynamodb: Any, table: str, task_id: str) -> list[DeliveryRecord]:
    """Return the deliveries of a task's events, oldest first; possibly a second late, as the
    index follows the table. Raises botocore's errors."""
    return _query(
        dynamodb,
        TableName=table,
        IndexName=BY_TASK,
        KeyConditionExpression="task_id = :id",
        ExpressionAttributeValues={":id": {"S": task_id}},
    )


def _query(dynamodb: Any, **query: Any) -> list[DeliveryRecord]:
    pages = dynamodb.get_paginator("query").paginate(**query)
    records = [_record(row) for page in pages for row in page["Items"]]
    return sorted(records, key=lambda each: (each.started_at, each.event_id, each.channel))


def _record(row: dict[str, Any]) -> DeliveryRecord:
    return DeliveryRecord(
        event_id=row["event_id"]["S"],
        event_type=row["event_type"]["S"],
        task_id=row["task_id"]["S"],
        correlation_id=row["correlation_id"]["S"],
        channel=row["channel"]["S"],
        recipient=row["recipient"]["S"],
        status=row["status"]["S"],
        attempts=int(row["attempts"]["N"]),
        replays=int(row["replays"]["N"]),
        provider_id=_text(row, "provider_id"),
        error=_text(row, "error"),
        started_at=_required(row, "started_at"),
        updated_at=_required(row, "updated_at"),
        completed_at=_timestamp(row, "completed_at"),
        dead_lettered_at=_timestamp(row, "dead_lettered_at"),
        leased_until=_timestamp(row, "lease_until"),
    )


def _text(row: dict[str, Any], name: str) -> str | None:
    return str(row[name]["S"]) if name in row else None


def _timestamp(row: dict[str, Any], name: str) -> datetime | None:
    return _required(row, name) if name in row else None


def _required(row: dict[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(int(row[name]["N"]), UTC)
