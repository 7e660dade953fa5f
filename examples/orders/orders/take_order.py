"""The caller: answers at once, and leaves the shipping to another function."""

from __future__ import annotations

import json
from typing import Any

from lambdas.handoff.hand_off import Handoff
from lambdas.handoff.settings import HandoffSettings
from lambdas.shared.environment import read_settings


def handle(order: dict[str, Any], context: Any) -> dict[str, Any]:
    handoff = Handoff(read_settings(HandoffSettings).handoff_target_arn)
    handed_off = handoff.hand_off(
        event_id=f"{order['orderId']}/taken",
        correlation_id=context.aws_request_id,
        payload=json.dumps(order).encode(),
    )
    return {"orderId": order["orderId"], "handedOff": handed_off}
