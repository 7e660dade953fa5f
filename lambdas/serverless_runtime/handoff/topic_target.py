"""The topic that events are published to."""

from __future__ import annotations

from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.message import attributes_of, body_of
from serverless_runtime.handoff.target import Target
from serverless_runtime.shared import aws


class TopicTarget(Target):
    """One topic of SNS."""

    def __init__(self, arn: str, client: Any = None) -> None:
        super().__init__(arn)
        self._client = client

    def send(self, event: Event) -> None:
        """Publish the event, its attributes as message attributes, for the subscribers' filters."""
        (self._client or aws.client("sns")).publish(
            TopicArn=self._arn, Message=body_of(event), MessageAttributes=attributes_of(event)
        )
