"""EventBridge, as far as the functions use it, as boto3 offers it.

https://docs.aws.amazon.com/boto3/latest/reference/services/events.html
"""

from __future__ import annotations

from typing import Any, ClassVar

from serverless_runtime.shared.aws.client_config import ClientConfig
from serverless_runtime.shared.aws.service_client import ServiceClient

_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSEvents.PutEvents",
}


class EventsClient(ServiceClient):
    SHAPES: ClassVar = {
        "PutEvents": "Entries!:[Entry] EndpointId",
        # A time is in whole seconds since 1970.
        "Entry": "Time:int Source Resources:[] DetailType Detail EventBusName TraceHeader",
    }

    def __init__(self, config: ClientConfig) -> None:
        super().__init__("events", config)

    def put_events(self, **arguments: Any) -> dict[str, Any]:
        """The response says for each entry whether it is an event now: a 200 alone does not."""
        if "EndpointId" in arguments:
            raise TypeError(
                "PutEvents with EndpointId has an endpoint and a signature of its own; "
                "use boto3's client for it"
            )
        return self._call_json("PutEvents", arguments, _HEADERS)
