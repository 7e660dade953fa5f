"""The function that handed-off work goes to."""

from __future__ import annotations

from typing import Any

from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.target import Target, UnexpectedStatusError
from serverless_runtime.shared import aws

_ACCEPTED = 202


class FunctionTarget(Target):
    """One Lambda function, invoked asynchronously."""

    never = frozenset(
        {
            "InvalidRequestContentException",
            "RequestTooLargeException",
            "RequestEntityTooLargeException",
            "SerializationException",
        }
    )

    def __init__(self, arn: str, client: Any = None) -> None:
        super().__init__(arn)
        self._client = client

    def send(self, event: Event) -> None:
        """Ask Lambda to run the function with the event."""
        response = (self._client or aws.client("lambda")).invoke(
            FunctionName=self._arn, InvocationType="Event", Payload=event.to_wire()
        )
        # boto3 keeps the connection for the next request only once the body has been read.
        response["Payload"].read()
        if (status := response["StatusCode"]) != _ACCEPTED:
            raise UnexpectedStatusError(status)
