"""Publishes events to a topic of SNS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.message import attributes_of, body_of
from serverless_runtime.shared import aws


def publish_to_topic(arn: str, client: Any = None) -> Callable[[Event], None]:
    """Return what publishes an event, its attributes as message attributes, for the subscribers'
    filters."""

    def send(event: Event) -> None:
        (client or aws.client("sns")).publish(
            TopicArn=arn, Message=body_of(event), MessageAttributes=attributes_of(event)
        )

    return send
