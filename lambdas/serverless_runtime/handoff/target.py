"""The function that handed-off work goes to."""

from __future__ import annotations

import logging

from serverless_runtime.handoff import log_messages
from serverless_runtime.handoff.event import Event
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.lambda_ import Lambda

_ACCEPTED = 202

log = logging.getLogger(__name__)


class Target:
    """One Lambda function, invoked asynchronously."""

    def __init__(self, arn: str, client: Lambda | None = None) -> None:
        self._arn = arn
        self._client = client

    def accepts(self, event: Event) -> bool:
        """Ask Lambda to run the target with the event; return whether Lambda has accepted it.

        Raises nothing: every failure is logged with the event's ids. False also stands for an
        answer that was lost, so the target may run although nobody was told that it will.
        """
        try:
            status = (self._client or aws.lambda_()).invoke_event(self._arn, event.payload)
        except Exception:
            log.exception(log_messages.HANDOFF_FAILED, extra={**event.ids, "target": self._arn})
            return False
        if status != _ACCEPTED:
            log.error(
                log_messages.HANDOFF_REFUSED,
                extra={**event.ids, "target": self._arn, "got": status},
            )
            return False
        log.info(log_messages.HANDED_OFF, extra=event.ids)
        return True
