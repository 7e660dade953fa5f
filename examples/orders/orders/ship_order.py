"""The target: if it raises, Lambda retries, and finally dead-letters the order."""

from __future__ import annotations

from typing import Any

from serverless_runtime.handoff import ReceivedEvent
from serverless_runtime.once import Once


def handle(payload: object, context: object) -> None:
    event = ReceivedEvent.from_payload(payload)
    Once().run(event, lambda: ship(event.payload))


def ship(order: dict[str, Any]) -> None:
    if not order.get("address"):
        raise ValueError(f"order {order.get('orderId')} has no address to ship to")
    print(f"shipped {order['orderId']}")  # noqa: T201 -- the example's whole work
