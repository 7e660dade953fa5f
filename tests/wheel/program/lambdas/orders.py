"""What both handlers know of an order."""

from __future__ import annotations

from typing import TypedDict


class Order(TypedDict):
    """An order as callers send it."""

    orderId: str
