"""What is handed off: ids and bytes. The library does not know what they mean."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PAYLOAD_BYTES = 200_000
"""Fits an outbox row (DynamoDB: 400 KB), one billed request (256 KB), and a dead letter with the
failure record around it."""

MAX_ID_BYTES = 512
"""Half of what a sort key may hold; the outbox puts the moment of the commit before it."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. Raises ValueError for what could not be kept or delivered."""

    event_id: str
    """The same for the same happening, however often it is told: the target's idempotency key."""

    correlation_id: str
    """The request that caused it; carried into every log line."""

    payload: bytes
    """What the target is called with, JSON in UTF-8."""

    def __post_init__(self) -> None:
        if not 1 <= (size := len(self.event_id.encode())) <= MAX_ID_BYTES:
            raise ValueError(f"event_id must be 1 to {MAX_ID_BYTES} bytes, got {size}")
        if (size := len(self.payload)) > MAX_PAYLOAD_BYTES:
            raise ValueError(
                f"payload must be at most {MAX_PAYLOAD_BYTES} bytes, got {size}; "
                "put what is larger into S3, and its key into the event"
            )
