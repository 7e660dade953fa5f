"""The consumer of clicks: a click that arrives twice is counted once."""

from __future__ import annotations

import os

from serverless_runtime.queue_consumer import Message, each_message
from serverless_runtime.shared import aws


def count(message: Message) -> None:
    click = message.json()
    aws.client("dynamodb").put_item(
        TableName=os.environ["COUNTED"],
        Item={
            "click": {"S": message.attributes["request"]},
            "product": {"S": str(click["productId"])},
        },
    )


handle = each_message(count)
