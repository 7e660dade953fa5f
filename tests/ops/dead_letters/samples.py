"""Dead letters as they are after reading."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from serverless_ops.dead_letters.dead_letter import DeadLetter
from serverless_ops.dead_letters.failure_record import FailureRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVENT = {"specversion": "1.0", "source": "/orders", "type": "order.paid.v1", "subject": "o-1"}


def an_event(event_id: str = "e-1", **attributes: Any) -> str:
    """The text of a CloudEvents object."""
    return json.dumps({**EVENT, "id": event_id, **attributes})


def a_dead_letter(
    message_id: str = "m-1",
    payload: str | None = None,
    *,
    record: dict[str, Any] | None = None,
    **fields: Any,
) -> DeadLetter:
    """One that contains an event; `record` are fields of its failure record."""
    known = {"reason": "mailbox is full", "error_type": "MailboxFullError", **(record or {})}
    found = FailureRecord(payload=an_event() if payload is None else payload, **known)
    return DeadLetter(**{"message_id": message_id, "body": "b", "record": found, **fields})


def unreadable(message_id: str = "u-1", **fields: Any) -> DeadLetter:
    """One that contains nothing that could be replayed."""
    return DeadLetter(**{"message_id": message_id, "body": "b", "problem": "no JSON", **fields})
