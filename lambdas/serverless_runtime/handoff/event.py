"""What is handed off: ids and bytes. The library does not know what they mean."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_PAYLOAD_BYTES = 200_000
"""Fits an outbox row (DynamoDB: 400 KB), one billed request (256 KB), and a dead letter with the
failure record around it."""

MAX_ID_BYTES = 512
"""Half of what a sort key may hold; the outbox puts the time of the commit before it."""

MAX_LOG_FIELDS_BYTES = 1_000
"""Names and values together: room for some ids."""

_RESERVED = {*vars(logging.makeLogRecord({})), "message", "asctime", "event_id", "correlation_id"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One occurrence. Raises ValueError for what could not be stored or delivered."""

    event_id: str
    """The same for every delivery of the same occurrence: the target's idempotency key."""

    correlation_id: str
    """The request that caused it; carried into every log line."""

    payload: bytes
    """What the target is invoked with, JSON in UTF-8."""

    log_fields: Mapping[str, str] = field(default_factory=dict)
    """Ids of what it is about, for every log line about it: `{"order_id": "4711"}`."""

    def __post_init__(self) -> None:
        if not 1 <= (size := len(self.event_id.encode())) <= MAX_ID_BYTES:
            raise ValueError(f"event_id must be 1 to {MAX_ID_BYTES} bytes, got {size}")
        if (size := len(self.payload)) > MAX_PAYLOAD_BYTES:
            raise ValueError(
                f"payload must be at most {MAX_PAYLOAD_BYTES} bytes, got {size}; "
                "put what is larger into S3, and its key into the event"
            )
        size = sum(len(f"{name}{value}".encode()) for name, value in self.log_fields.items())
        if size > MAX_LOG_FIELDS_BYTES:
            raise ValueError(f"log_fields must be at most {MAX_LOG_FIELDS_BYTES} bytes, got {size}")
        if reserved := sorted(_RESERVED & set(self.log_fields)):
            raise ValueError(f"log_fields must have names of their own, got {', '.join(reserved)}")

    @property
    def ids(self) -> dict[str, str]:
        """What every log line about it carries."""
        return {
            **self.log_fields,
            "event_id": self.event_id,
            "correlation_id": self.correlation_id,
        }
