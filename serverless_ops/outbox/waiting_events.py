"""Reads the events that wait in an outbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from serverless_runtime.handoff.outbox_rows import SHARDS, log_fields_of, position_of


@dataclass(frozen=True, kw_only=True)
class WaitingEvent:
    """One event that Lambda has not accepted yet."""

    event_id: str
    correlation_id: str
    about: Mapping[str, str]
    """Ids that the event's log lines have: of what it is about."""

    committed_at: datetime
    attempts: int
    """By the relay."""

    next_attempt_at: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many events wait in an outbox."""

    count: int
    is_complete: bool
    """Whether all of them were counted."""

    oldest_at: datetime | None
    next_attempts: tuple[datetime, ...] = ()
    """Before when the relay leaves each of them alone."""

    def not_due(self, now: datetime) -> list[datetime]:
        """Return when those are due that the relay leaves alone now, the first first."""
        return sorted(at for at in self.next_attempts if at > now)


def read_backlog(dynamodb: Any, table: str) -> Backlog:
    """Count waiting events, up to 1 MB of each shard: eight requests. Raises botocore's errors."""
    pages = [
        dynamodb.query(
            TableName=table,
            KeyConditionExpression="#shard = :shard",
            ProjectionExpression="committed_at, next_attempt_at",
            ExpressionAttributeNames={"#shard": "shard"},
            ExpressionAttributeValues={":shard": {"S": shard}},
        )
        for shard in SHARDS
    ]
    rows = [row for page in pages for row in page["Items"]]
    return Backlog(
        count=len(rows),
        is_complete=not any("LastEvaluatedKey" in page for page in pages),
        oldest_at=min((_timestamp(row["committed_at"]) for row in rows), default=None),
        next_attempts=tuple(_timestamp(row["next_attempt_at"]) for row in rows),
    )


def waiting_events(
    dynamodb: Any, table: str, since: datetime, until: datetime
) -> Iterator[WaitingEvent]:
    """Yield the events that were committed in that period, without payloads. Raises botocore's
    errors."""
    for shard in SHARDS:
        pages = dynamodb.get_paginator("query").paginate(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="#shard = :shard AND #committed BETWEEN :since AND :until",
            ProjectionExpression=(
                "event_id, correlation_id, log_fields, committed_at, attempts, next_attempt_at"
            ),
            ExpressionAttributeNames={"#shard": "shard", "#committed": "committed"},
            ExpressionAttributeValues={
                ":shard": {"S": shard},
                ":since": {"S": position_of(_epoch_ms(since))},
                ":until": {"S": position_of(_epoch_ms(until) + 1)},
            },
        )
        for row in (row for page in pages for row in page["Items"]):
            yield waiting_event(row)


def waiting_event(row: dict[str, Any]) -> WaitingEvent:
    """Return the event of a row of the outbox."""
    return WaitingEvent(
        event_id=row["event_id"]["S"],
        correlation_id=row["correlation_id"]["S"],
        about={name: text for name, text in log_fields_of(row).items() if name.endswith("_id")},
        committed_at=_timestamp(row["committed_at"]),
        attempts=int(row["attempts"]["N"]),
        next_attempt_at=_timestamp(row["next_attempt_at"]),
    )


def _epoch_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _timestamp(epoch_ms: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(epoch_ms["N"]) / 1000, UTC)
