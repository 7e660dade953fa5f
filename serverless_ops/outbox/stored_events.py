"""One event in an outbox with its payload, and its removal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serverless_ops.aws.logs import lines_with, log_group
from serverless_ops.outbox.waiting_events import WaitingEvent, waiting_event
from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.outbox_rows import key_of

_FAILURES = (log_messages.HANDOFF_FAILED, log_messages.HANDOFF_REJECTED)


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """One event as the outbox holds it."""

    event: WaitingEvent
    payload: str
    """Invalid UTF-8 is escaped."""

    log_fields: Mapping[str, str]
    key: Mapping[str, Any]
    """Of its row."""


def find_events(dynamodb: Any, table: str, event_id: str) -> Iterator[StoredEvent]:
    """Yield the events with this id; it is one, unless a caller uses an id twice.

    Raises botocore's errors.
    """
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="#shard = :shard",
        FilterExpression="event_id = :id",
        ExpressionAttributeNames={"#shard": "shard"},
        ExpressionAttributeValues={
            ":shard": key_of(event_id, 0)["shard"],
            ":id": {"S": event_id},
        },
    )
    for row in (row for page in pages for row in page["Items"]):
        yield StoredEvent(
            event=waiting_event(row),
            payload=bytes(row["payload"]["B"]).decode(errors="backslashreplace"),
            log_fields={name: text["S"] for name, text in row["log_fields"]["M"].items()},
            key={name: row[name] for name in ("shard", "committed")},
        )


def remove_event(dynamodb: Any, table: str, stored: StoredEvent) -> bool:
    """Delete the row; return False if it is gone: the relay has handed the event off.

    Raises botocore's errors.
    """
    response = dynamodb.delete_item(TableName=table, Key=dict(stored.key), ReturnValues="ALL_OLD")
    return bool(response.get("Attributes"))


def failure_reasons(
    functions: Any, logs: Any, relay: str, *, since: datetime, until: datetime
) -> dict[str, str]:
    """Return why the relay could not hand off, the last reason of each event by its id.

    Raises botocore's errors.
    """
    groups = {relay: log_group(functions, relay)}
    lines = [
        line
        for message in _FAILURES
        for line in lines_with(logs, groups, message, since=since, until=until)
    ]
    return {
        event_id: line.text("errorMessage") or f"Lambda returned status {line.fields.get('got')}"
        for line in sorted(lines, key=lambda each: each.at)
        if (event_id := line.text("event_id"))
    }
