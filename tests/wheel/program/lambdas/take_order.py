"""The caller: responds at once, and hands off the receipt."""

from __future__ import annotations

import json
from typing import Any

from lambdas.orders import Order
from serverless_runtime.handoff import Event, Handoff


def handle(order: Order, context: Any) -> dict[str, bool]:
    event = Event(
        event_id=f"{order['orderId']}/taken",
        correlation_id=context.aws_request_id,
        payload=json.dumps(order).encode(),
    )
    return {"handedOff": Handoff().hand_off(event)}
