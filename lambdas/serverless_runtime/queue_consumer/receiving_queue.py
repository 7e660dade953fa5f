"""What a consumer asks of the queue that its messages come from."""

from __future__ import annotations

import functools
import json
import os
from typing import Any

from serverless_runtime.queue_consumer.message import Message
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.endpoints import endpoint_from


class ReceivingQueue:
    """One queue; it is known by its ARN, which every message carries."""

    def __init__(self, arn: str, client: Any = None) -> None:
        self._client = client or aws.client("sqs")
        *_, account, name = arn.split(":")
        self._url = f"{endpoint_from(os.environ, 'sqs', 'sqs')}/{account}/{name}"

    @functools.cached_property
    def max_receives(self) -> int | None:
        """After how many receives SQS moves a message away; None if it never does.

        Asked once, by the first failure of a process: the queue itself knows best.
        """
        response = self._client.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["RedrivePolicy"]
        )
        redrive = response.get("Attributes", {}).get("RedrivePolicy")
        return int(json.loads(redrive)["maxReceiveCount"]) if redrive else None

    def delete(self, message: Message) -> None:
        """Let the message not be received again. Raises AwsCallError."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt_handle)

    def hide(self, message: Message, seconds: int) -> None:
        """Let the message be received again after that time. Raises AwsCallError."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message.receipt_handle, VisibilityTimeout=seconds
        )
