"""The caller: responds immediately, and hands the shipping off to another function."""

from __future__ import annotations

import json
from typing import Any

from serverless_runtime.handoff import Event, Handoff


def handle(order: dict[str, Any], context: Any) -> dict[str, Any]:
    event = Event(
        event_id=f"{order['orderId']}/taken",
        correlation_id=context.aws_request_id,
        payload=json.dumps(order).encode(),
    )
    handed_off = Handoff().hand_off(event)
    return {"orderId": order["orderId"], "handedOff": handed_off}
