"""What is handed off: ids and bytes. The library does not know what they mean."""

from __future__ import annotations

import json
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

MAX_ATTRIBUTES_BYTES = 2_000
"""Names and values together."""

_OWN_ATTRIBUTES = {
    *("specversion", "id", "datacontenttype", "correlationid", "replays", "data", "data_base64")
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One occurrence. Raises ValueError for what could not be stored or delivered."""

    event_id: str
    """The same for every delivery of the same occurrence: the target's idempotency key."""

    correlation_id: str
    """The request that caused it; carried into every log line."""

    payload: bytes
    """What the target gets as `ReceivedEvent.payload`: JSON in UTF-8, passed on as it is."""

    log_fields: Mapping[str, str] = field(default_factory=dict)
    """Ids of what it is about, for every log line about it: `{"order_id": "4711"}`."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    """CloudEvents attributes, such as `type`, `source`, `subject` and `time`; the first two have
    defaults."""

    def __post_init__(self) -> None:
        for name, value in (("event_id", self.event_id), ("correlation_id", self.correlation_id)):
            if not 1 <= (size := len(value.encode())) <= MAX_ID_BYTES:
                raise ValueError(f"{name} must be 1 to {MAX_ID_BYTES} bytes, got {size}")
        if (size := len(self.payload)) > MAX_PAYLOAD_BYTES:
            raise ValueError(
                f"payload must be at most {MAX_PAYLOAD_BYTES} bytes, got {size}; "
                "put what is larger into S3, and its key into the event"
            )
        _require_json(self.payload)
        _require_size("log_fields", self.log_fields, MAX_LOG_FIELDS_BYTES)
        _require_size("attributes", self.attributes, MAX_ATTRIBUTES_BYTES)
        if self.log_fields:
            reserved = {*vars(logging.makeLogRecord({})), "message", "asctime", *_ID_FIELDS}
            _require_own_names("log_fields", self.log_fields, reserved)
        _require_own_names("attributes", self.attributes, _OWN_ATTRIBUTES)

    @property
    def ids(self) -> dict[str, str]:
        """What every log line about it carries."""
        return {
            **self.log_fields,
            "event_id": self.event_id,
            "correlation_id": self.correlation_id,
        }

    def to_wire(self) -> bytes:
        """Return what the target is invoked with: a CloudEvents envelope in ASCII around the
        payload, whose bytes stay as they are. The data comes last."""
        envelope = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": "/handoff",
            "type": "event",
            **self.attributes,
            "datacontenttype": "application/json",
            "correlationid": self.correlation_id,
            "replays": 0,
        }
        start = json.dumps(envelope, separators=(",", ":"))[:-1].encode()
        return b'%s,"data":%s}' % (start, self.payload)


_ID_FIELDS = ("event_id", "correlation_id")


def _require_json(payload: bytes) -> None:
    """Lambda rejects anything else, and half of it would change the envelope."""
    try:
        json.loads(payload.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"payload must be JSON in UTF-8: {error}") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _require_size(name: str, texts: Mapping[str, str], limit: int) -> None:
    if (size := sum(len(f"{key}{value}".encode()) for key, value in texts.items())) > limit:
        raise ValueError(f"{name} must be at most {limit} bytes, got {size}")


def _require_own_names(name: str, texts: Mapping[str, str], reserved: set[str]) -> None:
    if taken := sorted(reserved & set(texts)):
        raise ValueError(f"{name} must have names of their own, got {', '.join(taken)}")
