"""A queue that receives what is published to a topic."""

from __future__ import annotations

import json
from typing import Any


def make_topic_queue(sqs: Any, queue_arn: str, topic_arn: str) -> str:
    """Create the queue with a policy for the topic; return its URL. Raises botocore's errors."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    # With the queue, not after it: a later change takes up to a minute to apply everywhere.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    name = queue_arn.rsplit(":", 1)[1]
    url: str = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    return url
