"""The queue that events are sent to."""

from __future__ import annotations

from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.message import attributes_of, body_of
from serverless_runtime.handoff.target import Target
from serverless_runtime.shared import aws


class QueueTarget(Target):
    """One queue of SQS, not a FIFO queue: events of an outbox may overtake each other."""

    def __init__(self, arn: str, url: str, client: Any = None) -> None:
        super().__init__(arn)
        self._url = url
        self._client = client

    def send(self, event: Event) -> None:
        """Send the event, its attributes as message attributes."""
        (self._client or aws.client("sqs")).send_message(
            QueueUrl=self._url, MessageBody=body_of(event), MessageAttributes=attributes_of(event)
        )
