"""How many dead letters wait.

To look is half of the purpose. SQS puts the metrics of a queue to sleep that nobody has touched for
six hours, and when the first dead letter comes, they take up to 15 minutes to wake. A look every
minute keeps them awake.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
"""

from __future__ import annotations

import logging

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.sqs import Sqs

_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

log = logging.getLogger(__name__)


def depth_of(queue_url: str, client: Sqs | None = None) -> int | None:
    """Return the queue's messages, those being read included; None if it cannot be looked at.

    Raises nothing: the relay has more urgent things to do.
    """
    try:
        found = (client or aws.sqs()).queue_attributes(queue_url=queue_url, names=_DEPTHS)
    except Exception:
        log.warning("dead letters not counted", exc_info=True)
        return None
    return sum(int(found[name]) for name in _DEPTHS)
