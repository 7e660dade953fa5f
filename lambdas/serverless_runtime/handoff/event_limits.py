"""What an event may be, so that it can be stored, delivered, and kept as a dead letter.

Each function raises ValueError with what is wrong, the limit, and what was found.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set

from serverless_runtime.shared import strict_json
from serverless_runtime.shared.arguments import require_text, shown
from serverless_runtime.shared.envelope import ENVELOPE

MAX_PAYLOAD_BYTES = 200_000
"""Fits an outbox row (DynamoDB: 400 KB), one billed request (256 KB), and a dead letter with the
failure record around it."""

MAX_ID_BYTES = 512
"""Half of what a sort key may hold; the outbox puts the time of the commit before it."""

MAX_LOG_FIELDS_BYTES = 1_000
"""Names and values together: room for some ids."""

MAX_ATTRIBUTES_BYTES = 2_000
"""Names and values together."""

_LOG_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "event_id", "correlation_id"}


def require_ids(**ids: str) -> None:
    """Check what identifies it."""
    for name, value in ids.items():
        if not 1 <= (size := _size(name, value)) <= MAX_ID_BYTES:
            raise ValueError(f"{name} must be 1 to {MAX_ID_BYTES} bytes, got {size}")
        require_text(name, value)


def require_payload(payload: bytes) -> None:
    """Check that it is small enough, and JSON that everyone reads alike: Lambda rejects what is no
    JSON, and half a document would change the envelope."""
    if not isinstance(payload, bytes):
        raise ValueError(f"payload must be bytes, JSON in UTF-8, got {shown(payload)}")
    if (size := len(payload)) > MAX_PAYLOAD_BYTES:
        raise ValueError(
            f"payload must be at most {MAX_PAYLOAD_BYTES} bytes, got {size}; "
            "put what is larger into S3, and its key into the event"
        )
    try:
        strict_json.parse(payload)
    except strict_json.NotJsonError as error:
        raise ValueError(f"payload must be JSON in UTF-8: {error}") from error


def require_log_fields(texts: Mapping[str, str]) -> None:
    """Check that a log line can have them."""
    _require_texts("log_fields", texts, MAX_LOG_FIELDS_BYTES, _LOG_RECORD)


def require_attributes(texts: Mapping[str, str]) -> None:
    """Check that the envelope can have them."""
    _require_texts("attributes", texts, MAX_ATTRIBUTES_BYTES, ENVELOPE)


def _require_texts(name: str, texts: Mapping[str, str], limit: int, reserved: Set[str]) -> None:
    if not isinstance(texts, Mapping):
        raise ValueError(f"{name} must be a mapping of texts, got {shown(texts)}")
    for key, value in texts.items():
        require_text(f"a name of {name}", key)
        require_text(f"{name} {key}", value)
    size = sum(_size(name, key) + _size(f"{name} {key}", value) for key, value in texts.items())
    if size > limit:
        raise ValueError(f"{name} must be at most {limit} bytes, got {size}")
    if taken := sorted(reserved & set(texts)):
        raise ValueError(f"{name} must have names of their own, got {', '.join(taken)}")


def _size(name: str, text: str) -> int:
    """Return the bytes of a text in UTF-8."""
    if not isinstance(text, str):
        raise ValueError(f"{name} must be text, got {shown(text)}")
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be text, got half of a surrogate pair in it") from None
