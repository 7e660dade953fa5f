"""Reads the deliveries that a notification service has recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.notification_service.settings import BY_SUBJECT
from serverless_runtime.once.leases import GIVEN_UP


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """One event on one channel. Times are None where they do not apply."""

    event_id: str
    event_type: str
    subject: str
    """What the event is about."""

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


def deliveries_about(dynamodb: Any, table: str, subject: str) -> list[DeliveryRecord]:
    """Return the deliveries of all events about a subject, oldest first; possibly a second late, as
    the index follows the table. Raises botocore's errors."""
    return _query(
        dynamodb,
        TableName=table,
        IndexName=BY_SUBJECT,
        KeyConditionExpression="subject = :id",
        ExpressionAttributeValues={":id": {"S": subject}},
    )


def _query(dynamodb: Any, **query: Any) -> list[DeliveryRecord]:
    pages = dynamodb.get_paginator("query").paginate(**query)
    records = [_record(row) for page in pages for row in page["Items"]]
    return sorted(records, key=lambda each: (each.started_at, each.event_id, each.channel))


def _record(row: dict[str, Any]) -> DeliveryRecord:
    value = {name: next(iter(typed.values())) for name, typed in row.items()}

    def timestamp(name: str) -> Any:
        return datetime.fromtimestamp(int(value[name]), UTC) if name in value else None

    texts = ("event_id", "event_type", "subject", "correlation_id", "recipient")
    return DeliveryRecord(
        **{name: value[name] for name in texts},
        channel=value["part"],
        status="DEAD_LETTERED" if value["status"] == GIVEN_UP else value["status"],
        attempts=int(value["attempts"]),
        replays=int(value["replays"]),
        provider_id=value.get("result"),
        error=value.get("error"),
        started_at=timestamp("started_at"),
        updated_at=timestamp("updated_at"),
        completed_at=timestamp("completed_at"),
        dead_lettered_at=timestamp("given_up_at"),
        leased_until=timestamp("lease_until"),
    )
