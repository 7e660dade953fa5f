"""The caller's side of a handoff: an asynchronous invoke that never fails its caller."""

from __future__ import annotations

import logging
from typing import Any

from lambdas.shared import aws

_ACCEPTED = 202

log = logging.getLogger(__name__)


class Handoff:
    """Gives work to one target function. Knows ids and bytes, not what they mean."""

    def __init__(self, target_arn: str, client: Any = None) -> None:
        self._target_arn = target_arn
        self._client = client

    def hand_off(self, *, event_id: str, correlation_id: str, payload: bytes) -> bool:
        """Ask Lambda to run the target with `payload` (JSON); return whether Lambda accepted.

        Raises nothing: the caller's own work is done by now, and a failure here must not turn
        its success into an error. Every failure is logged with both ids.
        """
        ids = {"event_id": event_id, "correlation_id": correlation_id}
        try:
            status = self._invoke(payload)
        except Exception:
            log.exception("handoff failed", extra={**ids, "target": self._target_arn})
            return False
        if status != _ACCEPTED:
            log.error("handoff refused", extra={**ids, "target": self._target_arn, "got": status})
            return False
        log.info("handed off", extra=ids)
        return True

    def _invoke(self, payload: bytes) -> int:
        client = self._client or aws.client("lambda")
        answer = client.invoke(
            FunctionName=self._target_arn, InvocationType="Event", Payload=payload
        )
        # The body of a 202 is empty, but until it is read the connection is not given back and
        # the next invoke opens a new one: about 35 ms instead of 2 (boto/boto3#3843).
        answer["Payload"].read()
        return int(answer["StatusCode"])
