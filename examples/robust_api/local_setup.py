"""A supplier on this machine, which can hang or fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.serving import serving
from local.stand_in import Reply, StandIn

_HANGING_SECONDS = 5


class Supplier(StandIn):
    """Responds as its mode says: up, failing or hanging."""

    def __init__(self) -> None:
        super().__init__()
        self._mode = "up"

    def get(self, target: str) -> Reply:
        """A discount."""
        with self.lock:
            mode = self._mode
        if mode == "hanging":
            time.sleep(_HANGING_SECONDS)
        return Reply(503 if mode == "failing" else 200, {"percent": 10})

    def put(self, target: str, body: bytes) -> Reply:
        """Change the mode: `PUT /hanging`."""
        with self.lock:
            self._mode = target.strip("/")
        return Reply(200, {"mode": self._mode})


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The supplier on a free port."""
    with serving(Supplier()) as supplier:
        yield {"supplierUrl": f"http://127.0.0.1:{supplier.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the supplier."""
    shop, supplier = outputs["shopUrl"], outputs["supplierUrl"]
    post = "curl -i -H 'Content-Type: application/json' -d"
    return f"""\
A product:             curl -i {shop}/products/tea
A quote:               curl -i {shop}/quotes/tea
An order:              {post} '{{"productId": "tea", "address": "1 Main St"}}' {shop}/orders
A click:               {post} '{{"productId": "tea"}}' {shop}/clicks
Let the supplier hang: curl -s -X PUT {supplier}/hanging
Let it respond again:  curl -s -X PUT {supplier}/up
Stop the stack:        make down"""
