"""How many messages wait in a queue."""

from __future__ import annotations

from typing import Any, NamedTuple

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Depth(NamedTuple):
    """How many messages a queue has; SQS calls the numbers approximate."""

    visible: int
    hidden: int
    """Received by somebody, who may still delete them."""

    delayed: int = 0
    """Not to be received yet."""


def read_depth(sqs: Any, url: str) -> Depth:
    """Count them. Raises botocore's errors."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return Depth(*(int(found.get(name, 0)) for name in _COUNTS))
