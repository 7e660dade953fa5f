"""The function that handed-off work goes to."""

from __future__ import annotations

import logging
from typing import Any

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import error_code

_ACCEPTED = 202

log = logging.getLogger(__name__)


_NEVER = {
    "InvalidRequestContentException",
    "RequestTooLargeException",
    "RequestEntityTooLargeException",
    "SerializationException",
}
"""Errors about the event itself: the same request fails for ever."""


class NeverAcceptedError(Exception):
    """Lambda will never accept the event."""

    def __init__(self, reason: str, error_type: str, target_arn: str) -> None:
        super().__init__(reason)
        self.error_type = error_type
        self.target_arn = target_arn


class Target:
    """One Lambda function, invoked asynchronously."""

    def __init__(self, arn: str, client: Any = None) -> None:
        self._arn = arn
        self._client = client

    def accepts(self, event: Event) -> bool:
        """Ask Lambda to run the target with the event; return whether Lambda has accepted it.

        Raises nothing: every failure is logged with the event's ids. After False the target may
        run all the same, if Lambda's response was lost.
        """
        try:
            return self.hand_off(event)
        except NeverAcceptedError:
            return False

    def hand_off(self, event: Event) -> bool:
        """Do the same. Raises NeverAcceptedError if there is no point in another attempt."""
        try:
            response = (self._client or aws.client("lambda")).invoke(
                FunctionName=self._arn, InvocationType="Event", Payload=event.to_wire()
            )
            # boto3 keeps the connection for the next request only once the body has been read.
            response["Payload"].read()
        except Exception as error:
            log.exception(log_messages.HANDOFF_FAILED, extra={**event.ids, "target": self._arn})
            if (code := error_code(error)) in _NEVER:
                raise NeverAcceptedError(str(error), code, self._arn) from error
            return False
        if (status := response["StatusCode"]) != _ACCEPTED:
            log.error(
                log_messages.HANDOFF_REJECTED,
                extra={**event.ids, "target": self._arn, "got": status},
            )
            return False
        log.info(log_messages.HANDED_OFF, extra=event.ids)
        return True
