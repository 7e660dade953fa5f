"""The new system: functions that answer as if API Gateway had called them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ResponseTimeoutError,
    is_throttling,
)
from serverless_runtime.strangler.answers import Answer, answer_of_function, failed


class NewSideError(Exception):
    """The function has not been run to its end, so nothing is known of its answer."""

    def __init__(self, text: str, answer: Answer) -> None:
        """`answer` is what a client gets."""
        super().__init__(text)
        self.answer = answer


def answer_of_new(
    function: str, event: Mapping[str, Any], until: float, client: Any = None
) -> Answer:
    """Invoke the function with the event, and wait until then, in seconds of `time.monotonic`.

    Raises NewSideError.
    """
    try:
        response = (client or aws.client("lambda").until(until)).invoke(
            FunctionName=function, Payload=json.dumps(event)
        )
    except AwsCallError as error:
        if isinstance(error, ResponseTimeoutError):
            raise NewSideError("no answer in time", failed(504, "Gateway Timeout")) from error
        kind = "throttled" if is_throttling(error) else type(error).__name__
        raise NewSideError(kind, failed(503, "Service Unavailable")) from error
    if "FunctionError" in response:
        return failed(500, "Internal Server Error")
    try:
        return answer_of_function(json.loads(response["Payload"].read() or b"null"))
    except (ValueError, TypeError):
        # What API Gateway answers to what it cannot read.
        return failed(500, "Internal Server Error")
