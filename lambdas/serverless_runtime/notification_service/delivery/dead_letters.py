"""Dead letters in SQS, in the shape of Lambda's failure records: one tool reads and replays both.

Shape: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.shared import aws, timestamps

CONDITION = "PermanentFailure"
"""Beside Lambda's own RetriesExhausted and EventAgeExceeded: there were no retries."""


class InexactEventError(Exception):
    """The event has a number that Python does not write as it was; Lambda, which has the text, has
    to keep the event."""


class SqsDeadLetters:
    """Fulfils `DeadLetters` for one invocation."""

    def __init__(
        self, queue_url: str, payload: object, context: object, client: Any = None
    ) -> None:
        """`payload` and `context` are what Lambda called the function with."""
        self._queue_url = queue_url
        self._payload = payload
        self._context = context
        self._client = client

    def add(self, reason: str, error_type: str) -> None:
        """Send the failure record. Raises AwsCallError, for a payload too large as well, and
        InexactEventError."""
        if _has_float(self._payload):
            raise InexactEventError(
                "it has a number with a fraction or an exponent, which only Lambda can keep "
                "digit for digit: it does after its last retry"
            )
        # ASCII: SQS rejects some characters.
        body = json.dumps(self._record(reason, error_type), ensure_ascii=True)
        # Most invocations have no dead letter, and a cold start does without the client.
        client = self._client or aws.client("sqs")
        client.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def _record(self, reason: str, error_type: str) -> dict[str, Any]:
        version = getattr(self._context, "function_version", None)
        return {
            "version": "1.0",
            "timestamp": timestamps.to_text(timestamps.now()),
            "requestContext": {
                "requestId": getattr(self._context, "aws_request_id", None),
                "functionArn": getattr(self._context, "invoked_function_arn", None),
                "condition": CONDITION,
                # Lambda does not pass a function the number of its attempt.
                "approximateInvokeCount": 1,
            },
            "requestPayload": self._payload,
            "responseContext": {
                "statusCode": 200,
                "executedVersion": version,
                "functionError": "Handled",
            },
            "responsePayload": {"errorMessage": reason, "errorType": error_type},
        }


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_float, value))
    return isinstance(value, float)
