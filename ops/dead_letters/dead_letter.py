"""One message of a dead-letter queue, and the event in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ops.dead_letters.failure_record import (
    FailureRecord,
    UnreadableDeadLetterError,
    read_failure_record,
)
from serverless_runtime.shared.timestamps import from_text


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message of a dead-letter queue."""

    message_id: str
    body: str
    record: FailureRecord | None
    """None if the message is unreadable."""

    problem: str | None = None
    """Why it is unreadable."""

    sent_at: datetime | None = None
    """When it arrived in the queue."""

    receives: int = 0
    """How often it has been received, including this time."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Message attributes, as SQS returns them."""

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> DeadLetter:
        """Parse what receive_message returned; an unreadable message has a `problem`."""
        record, problem = None, None
        try:
            record = read_failure_record(message["Body"], message.get("MessageAttributes"))
        except UnreadableDeadLetterError as error:
            problem = str(error)
        system = message.get("Attributes", {})
        sent_ms = system.get("SentTimestamp")
        return cls(
            message_id=message["MessageId"],
            body=message["Body"],
            record=record,
            problem=problem,
            sent_at=datetime.fromtimestamp(int(sent_ms) / 1000, UTC) if sent_ms else None,
            receives=int(system.get("ApproximateReceiveCount", 0)),
            attributes=message.get("MessageAttributes", {}),
        )

    @property
    def event(self) -> Mapping[str, Any]:
        """The event; empty if the message is unreadable."""
        return self.record.event if self.record else {}

    @property
    def is_cloud_event(self) -> bool:
        """Whether the event is a CloudEvents object, whose replays can be counted."""
        return bool(self._text("specversion") and self._text("id"))

    @property
    def event_id(self) -> str | None:
        return self._text("id")

    @property
    def event_type(self) -> str | None:
        return self._text("type")

    @property
    def task_id(self) -> str | None:
        return self._text("subject")

    @property
    def correlation_id(self) -> str | None:
        return self._text("correlationid")

    @property
    def replays(self) -> int:
        """How often it has been replayed; 0 if it is not a CloudEvents object."""
        count = self.event.get("replays")
        return count if self.is_cloud_event and type(count) is int else 0

    @property
    def identity(self) -> str:
        """The same for two messages that contain the same event.

        An event without an id is identified by its whole content.
        """
        if self.is_cloud_event:
            return json.dumps([self.event.get("source"), self.event_id])
        return json.dumps(self.event, sort_keys=True)

    @property
    def error(self) -> str:
        """Type and text of the last error, or why the message is unreadable."""
        if self.record is None:
            return f"unreadable: {self.problem}"
        return ": ".join(filter(None, (self.record.error_type, self.record.reason)))

    @property
    def failed_at(self) -> datetime | None:
        """When Lambda gave up; if that is unknown, when the message arrived."""
        try:
            return from_text((self.record and self.record.failed_at) or "")
        except ValueError:
            return self.sent_at

    def payload(self) -> bytes:
        """Return what is replayed: the same event, with one more replay if it counts them."""
        if self.record is not None and self.record.bare and not self.is_cloud_event:
            return self.body.encode()
        counted = {"replays": self.replays + 1} if self.is_cloud_event else {}
        return json.dumps({**self.event, **counted}, separators=(",", ":")).encode()

    def _text(self, name: str) -> str | None:
        value = self.event.get(name)
        return value if isinstance(value, str) and value else None
