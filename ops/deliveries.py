"""Reads what was delivered where, as the notification service has recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.notification_service.settings import BY_TASK


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """One event on one channel. Moments are None where the record does not hold them."""

    event_id: str
    event_type: str
    task_id: str
    correlation_id: str
    channel: str
    sent_to: str | None
    """Where the channel sends, masked."""

    status: str
    """IN_PROGRESS, COMPLETED, DEAD_LETTERED or WAITING."""

    attempts: int | None
    replays: int
    provider_id: str | None
    error: str | None
    """Reason of the last failure, also of one that a later attempt has made good."""

    started_at: datetime | None
    """When the first attempt began."""

    updated_at: datetime | None
    completed_at: datetime | None
    dead_lettered_at: datetime | None
    leased_until: datetime | None
    """While IN_PROGRESS: when an attempt that is not heard of again counts as ended."""


def deliveries_of_event(dynamodb: Any, table: str, event_id: str) -> list[DeliveryRecord]:
    """Return what is recorded of an event, oldest first. Raises botocore's errors."""
    return _found(
        dynamodb,
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="event_id = :id",
        ExpressionAttributeValues={":id": {"S": event_id}},
    )


def deliveries_of_task(dynamodb: Any, table: str, task_id: str) -> list[DeliveryRecord]:
    """Return what is recorded of a task's events, oldest first; perhaps a second late, as the
    index follows the table. Raises botocore's errors."""
    return _found(
        dynamodb,
        TableName=table,
        IndexName=BY_TASK,
        KeyConditionExpression="task_id = :id",
        ExpressionAttributeValues={":id": {"S": task_id}},
    )


def _found(dynamodb: Any, **asked: Any) -> list[DeliveryRecord]:
    pages = dynamodb.get_paginator("query").paginate(**asked)
    records = [_record(row) for page in pages for row in page["Items"]]
    return sorted(records, key=lambda each: (_age_key(each), each.event_id, each.channel))


def _age_key(record: DeliveryRecord) -> datetime:
    return record.started_at or datetime.min.replace(tzinfo=UTC)


def _record(row: dict[str, Any]) -> DeliveryRecord:
    # Rows from before these were kept have no attempts, no times, and no sent_to.
    attempts = _text(row, "attempts")
    return DeliveryRecord(
        event_id=row["event_id"]["S"],
        event_type=row["event_type"]["S"],
        task_id=row["task_id"]["S"],
        correlation_id=row["correlation_id"]["S"],
        channel=row["channel"]["S"],
        sent_to=_text(row, "recipient"),
        status=row["status"]["S"],
        attempts=None if attempts is None else int(attempts),
        replays=int(row["replays"]["N"]),
        provider_id=_text(row, "provider_id"),
        error=_text(row, "error"),
        started_at=_moment(row, "started_at"),
        updated_at=_moment(row, "updated_at"),
        completed_at=_moment(row, "completed_at"),
        dead_lettered_at=_moment(row, "dead_lettered_at"),
        leased_until=_moment(row, "lease_until"),
    )


def _text(row: dict[str, Any], name: str) -> str | None:
    return str(next(iter(row[name].values()))) if name in row else None


def _moment(row: dict[str, Any], name: str) -> datetime | None:
    seconds = _text(row, name)
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)
