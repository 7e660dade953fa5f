"""Sends events to a queue of SQS, which is no FIFO queue: they may overtake each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.message import attributes_of, body_of
from serverless_runtime.shared import aws


def send_to_queue(url: str, client: Any = None) -> Callable[[Event], None]:
    """Return what sends an event, its attributes as message attributes."""

    def send(event: Event) -> None:
        (client or aws.client("sqs")).send_message(
            QueueUrl=url, MessageBody=body_of(event), MessageAttributes=attributes_of(event)
        )

    return send
