"""The target of the handoff: ships each order once, however often it arrives."""

from __future__ import annotations

import logging
from typing import Any

from serverless_runtime.handoff import ReceivedEvent
from serverless_runtime.once import Once
from serverless_runtime.shared import json_log

log = logging.getLogger(__name__)


def handle(payload: object, context: object) -> None:
    json_log.configure(getattr(context, "aws_request_id", None))
    event = ReceivedEvent.from_payload(payload)
    json_log.bind(event_id=event.event_id, correlation_id=event.correlation_id)
    Once().run(event, lambda: ship(event.payload))


def ship(order: dict[str, Any]) -> None:
    if not order.get("address"):
        raise ValueError("the order has no address to ship to")
    log.info("shipped", extra={"product": order.get("productId")})
