"""The target: if it raises, Lambda retries, and finally dead-letters the order."""

from __future__ import annotations

from typing import Any


def handle(order: dict[str, Any], context: object) -> None:
    if not order.get("address"):
        raise ValueError(f"order {order.get('orderId')} has no address to ship to")
    print(f"shipped {order['orderId']}")  # noqa: T201 -- the example's whole work
