"""The dead-letter queue as the place where messages are parked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from serverless_runtime.queue_consumer import Message
from serverless_runtime.shared import aws
from serverless_runtime.shared.frozen import replace

SEQUENCE_ATTRIBUTE = "original-sequence"
"""Message attribute of a parked message: where it stood in the queue when it first came."""


class ParkingLot:
    """Implements `Lot` in SQS. Raises AwsCallError."""

    def __init__(self, queue_url: str, client: Any = None) -> None:
        self._queue_url = queue_url
        self._client = client or aws.client("sqs")

    def send(self, message: Message, sequence: str) -> None:
        """Send the message as it came, with the sequence number."""
        attributes = {name: _attribute(each) for name, each in message.raw_attributes.items()}
        attributes[SEQUENCE_ATTRIBUTE] = {"DataType": "String", "StringValue": sequence}
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=message.body,
            MessageAttributes=attributes,
            MessageGroupId=message.group,
            # Of this stay in the queue: a worker that was killed after it had sent the message
            # sends no second one, and a message that is parked again after a replay is sent.
            MessageDeduplicationId=f"park-{message.sequence_number}",
        )


def as_sent(message: Message) -> Message:
    """Return the message without what parking has added: a worker that passes attributes on must
    not make the next queue believe that it has parked the message, too."""
    if SEQUENCE_ATTRIBUTE not in message.raw_attributes:
        return message
    return replace(
        message,
        attributes=_without_sequence(message.attributes),
        raw_attributes=_without_sequence(message.raw_attributes),
    )


def _without_sequence(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name != SEQUENCE_ATTRIBUTE}


def _attribute(value: Any) -> dict[str, Any]:
    """Return an attribute that was received as it is sent."""
    if value.get("binaryValue") is not None:
        binary = base64.b64decode(value["binaryValue"])
        return {"DataType": value["dataType"], "BinaryValue": binary}
    return {"DataType": value["dataType"], "StringValue": value["stringValue"]}
