"""Where events go: one function, topic or queue."""

from __future__ import annotations

import logging

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.shared.aws.errors import error_code

log = logging.getLogger(__name__)


class NeverAcceptedError(Exception):
    """The target will never accept the event."""

    def __init__(self, reason: str, error_type: str, target_arn: str) -> None:
        super().__init__(reason)
        self.error_type = error_type
        self.target_arn = target_arn


class UnexpectedStatusError(Exception):
    """The target's service responded, but not that it has accepted the event."""


class Target:
    """Takes events, or fails in a way that is logged. Its kinds say how an event is sent."""

    never: frozenset[str] = frozenset()
    """Errors about the event itself: the same request fails for ever."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

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
            self.send(event)
        except UnexpectedStatusError as error:
            about = {**event.ids, "target": self._arn, "got": error.args[0]}
            log.error(log_messages.HANDOFF_REJECTED, extra=about)
            return False
        except Exception as error:
            log.exception(log_messages.HANDOFF_FAILED, extra={**event.ids, "target": self._arn})
            if (code := error_code(error)) in self.never:
                raise NeverAcceptedError(str(error), code, self._arn) from error
            return False
        log.info(log_messages.HANDED_OFF, extra=event.ids)
        return True

    def send(self, event: Event) -> None:
        """Send it once. Raises what the client raises, and UnexpectedStatusError."""
        raise NotImplementedError
