"""Depth of the dead-letter queue.

The request itself is half of the purpose. SQS stops emitting the metrics of a queue that has been
inactive for six hours, and takes up to 15 minutes to resume when a message arrives. A request every
minute keeps the queue active.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
"""

from __future__ import annotations

import logging
from typing import Any

from serverless_runtime.shared import aws

_ATTRIBUTES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

log = logging.getLogger(__name__)


def dead_letter_depth(queue_url: str, client: Any = None) -> int | None:
    """Return how many messages the queue holds, those in flight included; None if SQS fails.

    Raises nothing: handing off events must not fail because of it.
    """
    try:
        response = (client or aws.client("sqs")).get_queue_attributes(
            QueueUrl=queue_url, AttributeNames=list(_ATTRIBUTES)
        )
    except Exception:
        log.warning("dead letters not counted", exc_info=True)
        return None
    return sum(int(response["Attributes"][name]) for name in _ATTRIBUTES)
