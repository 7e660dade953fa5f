"""The new system: functions that answer as if API Gateway had called them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import (
    AwsCallError,
    ResponseTimeoutError,
    is_throttling,
)
from serverless_runtime.strangler.answers import Answer, answer_of_function, failed

log = logging.getLogger(__name__)


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
            FunctionName=function, Payload=_payload(event)
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
    except (ValueError, RecursionError):
        # What API Gateway answers to what it cannot read.
        log.warning("the new side's answer is none", exc_info=True, extra={"function": function})
        return failed(500, "Internal Server Error")


def _payload(event: Mapping[str, Any]) -> bytes:
    """Return the event in as few bytes as API Gateway sends: a function takes 6 MB at most."""
    try:
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which only an escape can express.
        return json.dumps(event).encode()
