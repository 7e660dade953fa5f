"""What is handed off: ids and bytes. The library does not know what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping

from serverless_runtime.shared.arguments import require_a
from serverless_runtime.shared.frozen import field, frozen

# One for all: json.dumps would make an encoder for each event.
_compact = json.JSONEncoder(separators=(",", ":")).encode


@frozen
class Event:
    """One occurrence. Raises ValueError for what could not be stored or delivered."""

    __repr__ = object.__repr__

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
        # The relay's cold start does without.
        from serverless_runtime.handoff import event_limits  # noqa: PLC0415

        event_limits.require_ids(event_id=self.event_id, correlation_id=self.correlation_id)
        event_limits.require_payload(self.payload)
        event_limits.require_log_fields(self.log_fields)
        event_limits.require_attributes(self.attributes)

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
        start = _compact(envelope)[:-1].encode()
        return b'%s,"data":%s}' % (start, self.payload)


def require_event(value: object) -> None:
    """Raise ValueError unless it is one, before anything is stored that could not be sent."""
    require_a("event", value, Event, "an Event(event_id=..., correlation_id=..., payload=...)")
