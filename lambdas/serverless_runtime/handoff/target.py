"""Where events go: one function, topic or queue."""

from __future__ import annotations

import logging
from typing import Any

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.handoff.settings import HandoffSettings
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


def target_of(settings: HandoffSettings, client: Any = None) -> Target:
    """Return the target that the settings name; `client` is its service's.

    Raises ValueError for one that events cannot be sent to.
    """
    # ruff: noqa: PLC0415 - a cold start imports only the kind that it has.
    arn = settings.target_arn
    service = arn.split(":")[2] if arn.count(":") > 1 else "lambda"
    if service == "lambda":
        from serverless_runtime.handoff.function_target import FunctionTarget

        return FunctionTarget(arn, client)
    if service == "sns":
        from serverless_runtime.handoff.topic_target import TopicTarget

        return TopicTarget(arn, client)
    if service == "sqs" and settings.queue_url is not None:
        from serverless_runtime.handoff.queue_target import QueueTarget

        return QueueTarget(arn, settings.queue_url, client)
    raise ValueError(
        f"target_arn must be that of a function, of a topic, or of a queue with its queue_url, "
        f"got {arn!r}"
    )
