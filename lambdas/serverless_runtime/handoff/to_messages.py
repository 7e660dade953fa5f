"""Sends events to a topic of SNS or a queue of SQS, their attributes as message attributes.

The queue is no FIFO queue: events of an outbox may overtake each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.message import attributes_of, body_of
from serverless_runtime.shared import aws, strict_json


def send_to(address: str, client: Any = None) -> Callable[[Event], None]:
    """Return what sends one event to the topic of that ARN, or to the queue of that URL; `client`
    is its service's. Raises ValueError for anything else."""
    if ":sns:" in address:
        return lambda event: _publish(client or aws.client("sns"), address, event)
    if address.startswith(("https://", "http://")):
        return lambda event: _send(client or aws.client("sqs"), address, event)
    raise ValueError(
        f"target_arn must be that of a function or a topic, or the URL of a queue, got {address!r}"
    )


def _publish(client: Any, arn: str, event: Event) -> None:
    _require_json(event, arn)
    client.publish(TopicArn=arn, Message=body_of(event), MessageAttributes=attributes_of(event))


def _send(client: Any, url: str, event: Event) -> None:
    _require_json(event, url)
    client.send_message(
        QueueUrl=url, MessageBody=body_of(event), MessageAttributes=attributes_of(event)
    )


def _require_json(event: Event, address: str) -> None:
    """Refuse, as Lambda does, what no consumer could read: an outbox may hold anything."""
    try:
        strict_json.parse(event.payload)
    except strict_json.NotJsonError as error:
        reason = f"the payload must be JSON in UTF-8: {error}"
        raise NeverAcceptedError(reason, type(error).__name__, address) from error
