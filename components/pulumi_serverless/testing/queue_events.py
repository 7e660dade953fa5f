"""What Lambda calls the consumer of a queue with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pulumi_serverless.blocks.arguments import checked

_QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:work"


@checked
def queue_event(
    *bodies: Any,
    queue_arn: str = _QUEUE_ARN,
    receives: int = 1,
    group: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a batch with a message for each body; one that is no text is written as JSON.

    The messages of a FIFO queue, whose ARN ends with ".fifo", are in one `group`.
    """
    system = {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1767225600000"}
    if group is not None:
        system["MessageGroupId"] = group
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"receipt-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": system | _sequence(queue_arn, number),
                "messageAttributes": {
                    name: {"stringValue": value, "dataType": "String"}
                    for name, value in (attributes or {}).items()
                },
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
            }
            for number, body in enumerate(bodies)
        ]
    }


def _sequence(queue_arn: str, number: int) -> dict[str, str]:
    return {"SequenceNumber": f"{number:020}"} if queue_arn.endswith(".fifo") else {}
