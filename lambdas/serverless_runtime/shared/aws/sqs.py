"""SQS, as far as the functions use it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from serverless_runtime.shared.aws.api import Api
from serverless_runtime.shared.aws.retries import Patience


class Sqs:
    """Every method raises what `Api.call` raises."""

    def __init__(self, patience: Patience) -> None:
        self.api = Api("sqs", patience)

    def send_message(self, *, queue_url: str, body: str) -> None:
        self._call("SendMessage", {"QueueUrl": queue_url, "MessageBody": body})

    def queue_attributes(self, *, queue_url: str, names: Sequence[str]) -> dict[str, str]:
        arguments = {"QueueUrl": queue_url, "AttributeNames": list(names)}
        return dict(self._call("GetQueueAttributes", arguments)["Attributes"])

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{operation}",
            # Asks for error codes as they were before SQS spoke JSON.
            "X-Amzn-Query-Mode": "true",
        }
        body = json.dumps(arguments).encode()
        answer: dict[str, Any] = json.loads(self.api.call(operation, "/", headers, body).body)
        return answer
