"""One message of a dead-letter queue, and the event or message in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from serverless_ops.dead_letters.failure_record import FailureRecord, UnreadableDeadLetterError
from serverless_ops.dead_letters.json_text import with_member
from serverless_ops.dead_letters.parking import parked_sequence
from serverless_runtime.shared.timestamps import from_text


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message of a dead-letter queue."""

    message_id: str
    body: str
    record: FailureRecord | None = None
    """None if the message is unreadable."""

    problem: str | None = None
    """Why it is unreadable."""

    sent_at: datetime | None = None
    """When it arrived in the queue."""

    receives: int = 0
    """How often it has been received, including this time."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Message attributes, as SQS returns them."""

    system_attributes: Mapping[str, str] = field(default_factory=dict)
    """What SQS itself knows about it, such as its message group."""

    parked_sequence: str | None = None
    """By which number its consumer waits for it, if that has parked it."""

    @classmethod
    def from_message(
        cls, message: Mapping[str, Any], read: Callable[[Mapping[str, Any]], FailureRecord]
    ) -> DeadLetter:
        """Return what receive_message returned as `read` reads it; or with a `problem`."""
        record, problem = None, None
        try:
            record = read(message)
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
            system_attributes=system,
            parked_sequence=parked_sequence(message),
        )

    @property
    def fields(self) -> Mapping[str, Any]:
        """The payload's own fields; none if the message is unreadable."""
        return self.record.fields if self.record else {}

    @property
    def is_cloud_event(self) -> bool:
        """Whether the event is a CloudEvents object, whose replays can be counted."""
        return bool(self._text("specversion") and self._text("id"))

    @property
    def counts_replays(self) -> bool:
        """Whether a replay can be counted in it; a message goes back exactly as it was."""
        return self.is_cloud_event and not (self.record and self.record.moved)

    @property
    def event_id(self) -> str | None:
        return self._text("id")

    @property
    def event_type(self) -> str | None:
        return self._text("type")

    @property
    def subject(self) -> str | None:
        return self._text("subject")

    @property
    def message_group(self) -> str | None:
        return self.system_attributes.get("MessageGroupId")

    @property
    def correlation_id(self) -> str | None:
        return self._text("correlationid")

    @property
    def replays(self) -> int:
        """How often it has been replayed; 0 if they are not counted."""
        count = self.fields.get("replays")
        return max(count, 0) if self.counts_replays and type(count) is int else 0

    @property
    def identity(self) -> str:
        """The same for two messages that contain the same event.

        An event without an id is identified by its whole content. A message that SQS moved is an
        occurrence of its own.
        """
        if self.record is None or self.record.moved:
            return self.message_id
        if self.is_cloud_event:
            return json.dumps([self.fields.get("source"), self.event_id])
        return self.record.payload

    @property
    def error(self) -> str:
        """Type and text of the last error, or why the message is unreadable."""
        if self.record is None:
            return f"unreadable: {self.problem}"
        return ": ".join(filter(None, (self.record.error_type, self.record.reason)))

    @property
    def failed_at(self) -> datetime | None:
        """When Lambda gave up; if that is unknown, as of a message that SQS moved, when the
        message was sent."""
        try:
            return from_text((self.record and self.record.failed_at) or "")
        except ValueError:
            return self.sent_at

    def arrived_after(self, at: datetime | None) -> bool:
        """Whether it arrived in the queue later than `at`."""
        return at is not None and self.sent_at is not None and self.sent_at > at

    def counted_payload(self) -> str:
        """Return the same event, digit for digit, with one more replay if it counts them."""
        payload = self.record.payload if self.record else self.body
        if not self.counts_replays:
            return payload
        return with_member(payload, "replays", str(self.replays + 1))

    def _text(self, name: str) -> str | None:
        value = self.fields.get(name)
        return value if isinstance(value, str) and value else None
