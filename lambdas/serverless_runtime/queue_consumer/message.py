"""What a consumer receives: one message of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from serverless_runtime.shared import strict_json
from serverless_runtime.shared.frozen import field, frozen


class UnreadableMessageError(ValueError):
    """The body is not JSON, or the function was not invoked by a queue; a retry cannot help."""


@frozen
class Message:
    """One message, as it is received."""

    __repr__ = object.__repr__

    message_id: str
    """By SQS; another one after a replay. What identifies the work is in the body."""

    body: str
    """As it was sent; `json` parses it."""

    receives: int = 1
    """How often it has been received, this time included; approximate for a standard queue."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    """Message attributes of the types String and Number."""

    raw_attributes: Mapping[str, Any] = field(default_factory=dict)
    """Message attributes of all types, as Lambda passes them."""

    group: str | None = None
    """Message group, within which a FIFO queue keeps the order."""

    sequence_number: str | None = None
    """Where it stands in its group of a FIFO queue: a number in digits."""

    queue_arn: str
    """Where it comes from."""

    receipt_handle: str
    """Needed to change this receive."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read one record of what Lambda calls the handler with. Raises KeyError."""
        system = record["attributes"]
        return cls(
            message_id=record["messageId"],
            body=record["body"],
            receives=int(system["ApproximateReceiveCount"]),
            attributes={
                name: value["stringValue"]
                for name, value in record.get("messageAttributes", {}).items()
                if value.get("stringValue") is not None
            },
            raw_attributes=record.get("messageAttributes", {}),
            group=system.get("MessageGroupId"),
            sequence_number=system.get("SequenceNumber"),
            queue_arn=record["eventSourceARN"],
            receipt_handle=record["receiptHandle"],
        )

    @property
    def queue_name(self) -> str:
        """Physical name of its queue."""
        return self.queue_arn.rpartition(":")[2]

    @property
    def is_fifo(self) -> bool:
        """Whether its queue keeps the order within groups."""
        return self.queue_arn.endswith(".fifo")

    @property
    def ids(self) -> dict[str, str]:
        """For the `extra` of a log line."""
        group = {} if self.group is None else {"message_group": self.group}
        return {"message_id": self.message_id, **group}

    def json(self) -> Any:
        """Return the body, decoded. Raises UnreadableMessageError."""
        try:
            return strict_json.parse(self.body)
        except strict_json.NotJsonError as error:
            # Without the body: the text ends up in logs.
            raise UnreadableMessageError(
                f"the body of message {self.message_id} must be JSON, "
                f"got {len(self.body)} characters of something else: {error}"
            ) from error
