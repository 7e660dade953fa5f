"""Where events go: one function, topic or queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.errors import NeverAcceptedError
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import error_code

_ACCEPTED = 202

log = logging.getLogger(__name__)

Send = Callable[[Event], int | None]
"""Sends an event once: None if it is accepted, or the status that was not expected. Raises what the
client raises, and NeverAcceptedError."""

_NEVER = {
    "InvalidRequestContentException",
    "RequestTooLargeException",
    "RequestEntityTooLargeException",
    "SerializationException",
}
"""Errors about the event itself: the same request fails for ever."""


class Target:
    """Takes events, or fails in a way that is logged."""

    def __init__(self, arn: str, send: Send) -> None:
        self._arn = arn
        self._send = send

    def accepts(self, event: Event) -> bool:
        """Send the event; return whether the target's service has accepted it.

        Raises nothing: every failure is logged with the event's ids. After False the event may
        arrive all the same, if the response was lost.
        """
        try:
            return self.hand_off(event)
        except NeverAcceptedError:
            return False

    def hand_off(self, event: Event) -> bool:
        """Do the same. Raises NeverAcceptedError if there is no point in another attempt."""
        try:
            rejected_with = self._send(event)
        except NeverAcceptedError:
            log.exception(log_messages.HANDOFF_FAILED, extra={**event.ids, "target": self._arn})
            raise
        except Exception as error:
            log.exception(log_messages.HANDOFF_FAILED, extra={**event.ids, "target": self._arn})
            if (code := error_code(error)) in _NEVER:
                raise NeverAcceptedError(str(error), code, self._arn) from error
            return False
        if rejected_with is not None:
            log.error(
                log_messages.HANDOFF_REJECTED,
                extra={**event.ids, "target": self._arn, "got": rejected_with},
            )
            return False
        log.info(log_messages.HANDED_OFF, extra=event.ids)
        return True


def target_of(settings: HandoffSettings, client: Any = None) -> Target:
    """Return the target that the settings name. Raises ValueError if nothing can be sent to it."""
    arn = settings.target_arn
    if not arn or ":lambda:" in arn:
        return Target(arn, _invoke(arn, client))
    # A function's cold start does without.
    from serverless_runtime.handoff.to_messages import send_to  # noqa: PLC0415

    return Target(arn, send_to(arn, client))


def _invoke(arn: str, client: Any) -> Send:
    def send(event: Event) -> int | None:
        response = (client or aws.client("lambda")).invoke(
            FunctionName=arn, InvocationType="Event", Payload=event.to_wire()
        )
        # boto3 keeps the connection for the next request only once the body has been read.
        response["Payload"].read()
        status: int = response["StatusCode"]
        return None if status == _ACCEPTED else status

    return send
