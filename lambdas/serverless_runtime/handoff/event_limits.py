"""What an event may be, so that it can be stored, delivered, and kept as a dead letter."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_runtime.handoff.event import Event

MAX_PAYLOAD_BYTES = 200_000
"""Fits an outbox row (DynamoDB: 400 KB), one billed request (256 KB), and a dead letter with the
failure record around it."""

MAX_ID_BYTES = 512
"""Half of what a sort key may hold; the outbox puts the time of the commit before it."""

MAX_LOG_FIELDS_BYTES = 1_000
"""Names and values together: room for some ids."""

MAX_ATTRIBUTES_BYTES = 2_000
"""Names and values together."""

_IDS = ("event_id", "correlation_id")
_LOG_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", *_IDS}
_ENVELOPE = {
    *("specversion", "id", "datacontenttype", "correlationid", "replays", "data", "data_base64")
}


def require_within_limits(event: Event) -> None:
    """Raise ValueError with what is wrong, the limit, and what was found."""
    for name in _IDS:
        if not 1 <= (size := len(getattr(event, name).encode())) <= MAX_ID_BYTES:
            raise ValueError(f"{name} must be 1 to {MAX_ID_BYTES} bytes, got {size}")
    if (size := len(event.payload)) > MAX_PAYLOAD_BYTES:
        raise ValueError(
            f"payload must be at most {MAX_PAYLOAD_BYTES} bytes, got {size}; "
            "put what is larger into S3, and its key into the event"
        )
    _require_json(event.payload)
    _require_texts("log_fields", event.log_fields, MAX_LOG_FIELDS_BYTES, _LOG_RECORD)
    _require_texts("attributes", event.attributes, MAX_ATTRIBUTES_BYTES, _ENVELOPE)


def _require_json(payload: bytes) -> None:
    """Lambda rejects anything else, and half of it would change the envelope."""
    try:
        json.loads(payload.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"payload must be JSON in UTF-8: {error}") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _require_texts(name: str, texts: Mapping[str, str], limit: int, reserved: set[str]) -> None:
    if (size := sum(len(f"{key}{value}".encode()) for key, value in texts.items())) > limit:
        raise ValueError(f"{name} must be at most {limit} bytes, got {size}")
    if taken := sorted(reserved & set(texts)):
        raise ValueError(f"{name} must have names of their own, got {', '.join(taken)}")
