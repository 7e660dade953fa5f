"""How an event is written in the outbox table, for the callers that fill it and the relay.

The key is (`shard`, `committed`): the shard follows from the event's id, and within a shard the
rows sort by the time of their commit. So the relay reads from the oldest on with plain queries,
which unlike those of an index are allowed to be consistent.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.shared.frozen import unchecked

SHARDS = tuple("0123456789abcdef")
"""Each takes 330 events a second from callers. The relay queries each once a minute, and has a run
for each to work off a long backlog. More can be added if the relay is deployed before its callers.
Fewer would hide rows from it. docs/decisions/0005 has the reasons."""

Row = dict[str, dict[str, Any]]


def key_of(event_id: str, committed_at_ms: int) -> Row:
    """Return the primary key of the row of an event committed then (epoch milliseconds)."""
    return {
        "shard": {"S": SHARDS[zlib.crc32(event_id.encode()) % len(SHARDS)]},
        "committed": {"S": f"{position_of(committed_at_ms)}#{event_id}"},
    }


def position_of(timestamp_ms: int) -> str:
    """Return where a shard's rows of that time begin; earlier ones sort before it."""
    return f"{timestamp_ms:015d}"


def event_id_of(committed: str) -> str:
    """Return the id of the event whose sort key this is."""
    return committed.partition("#")[2]


def row_of(event: Event, committed_at_ms: int) -> Row:
    """Return the row of an event that no relay has attempted yet."""
    return {
        **key_of(event.event_id, committed_at_ms),
        "event_id": {"S": event.event_id},
        "correlation_id": {"S": event.correlation_id},
        "payload": {"B": event.payload},
        "log_fields": _texts(event.log_fields),
        "attributes": _texts(event.attributes),
        "committed_at": {"N": str(committed_at_ms)},
        # Due immediately: only the relay's minimum age delays the first attempt at a row.
        "next_attempt_at": {"N": str(committed_at_ms)},
        "attempts": {"N": "0"},
    }


def event_of(row: Row) -> Event:
    """Read the event of a row that `row_of` wrote: Lambda decides whether it is one, not this."""
    return unchecked(
        Event,
        event_id=row["event_id"]["S"],
        correlation_id=row["correlation_id"]["S"],
        payload=row["payload"]["B"],
        log_fields=log_fields_of(row),
        attributes=_texts_of(row["attributes"]),
    )


def log_fields_of(row: Row) -> dict[str, str]:
    """Read the ids for log lines."""
    return _texts_of(row["log_fields"])


def _texts(texts: Mapping[str, str]) -> dict[str, Any]:
    return {"M": {name: {"S": text} for name, text in texts.items()}}


def _texts_of(value: dict[str, Any]) -> dict[str, str]:
    return {name: text["S"] for name, text in value["M"].items()}
