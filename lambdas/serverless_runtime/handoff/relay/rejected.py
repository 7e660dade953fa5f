"""Dead letters for events that Lambda will never accept. Imported only when there is one.

In the shape of Lambda's failure records, so that one tool reads both.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.shared import aws, strict_json, timestamps

CONDITION = "RejectedByLambda"
"""Beside Lambda's own RetriesExhausted and EventAgeExceeded: it was never queued."""


def add_dead_letter(
    queue_url: str, event: Event, rejection: NeverAcceptedError, client: Any = None
) -> None:
    """Send the event with the reason. Raises AwsCallError, for an event too large as well."""
    body = _record(event, rejection)
    (client or aws.client("sqs")).send_message(QueueUrl=queue_url, MessageBody=body)


def _record(event: Event, rejection: NeverAcceptedError) -> str:
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": timestamps.to_text(timestamps.now()),
        "requestContext": {
            "requestId": None,
            "functionArn": rejection.target_arn,
            "condition": CONDITION,
            "approximateInvokeCount": 0,
        },
        "eventId": event.event_id,
        "correlationId": event.correlation_id,
        "responsePayload": {"errorMessage": str(rejection), "errorType": rejection.error_type},
    }
    # What the target would have been invoked with.
    sent = event.to_wire()
    try:
        # Around it is an envelope of our own.
        strict_json.parse(event.payload)
    except strict_json.NotJsonError:
        # Not replayable: what Lambda cannot parse it cannot parse next time.
        record["rejectedPayload"] = sent.decode(errors="backslashreplace")
        return json.dumps(record)
    # As text: a payload is never re-serialized.
    return f'{json.dumps(record)[:-1]}, "requestPayload": {sent.decode()}}}'
