"""A publisher on this machine, which can hang or fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.serving import serving
from local.stand_in import Reply, StandIn

_HANGING_SECONDS = 5


class Publisher(StandIn):
    """Responds as its mode says: up, failing, hanging, or failing once for each title."""

    def __init__(self) -> None:
        super().__init__()
        self._set("up")

    def get(self, target: str) -> Reply:
        """A discount; or, for people and tests, how often it was asked."""
        if target.startswith("/discounts"):
            return Reply(self._status(), {"percent": 10})
        with self.lock:
            return Reply(200, {"mode": self._mode, "calls": self._calls})

    def put(self, target: str, body: bytes) -> Reply:
        """Change the mode: `PUT /hanging`."""
        self._set(target.strip("/"))
        return Reply(200, {"mode": self._mode})

    def _set(self, mode: str) -> None:
        """Change the mode, and count from 0."""
        with self.lock:
            self._mode, self._calls = mode, 0

    def _status(self) -> int:
        """Return the status of one response."""
        with self.lock:
            self._calls += 1
            mode, number = self._mode, self._calls
        if mode == "hanging":
            time.sleep(_HANGING_SECONDS)
        return 503 if mode == "failing" or (mode == "flickering" and number % 2) else 200


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The publisher on a free port."""
    with serving(Publisher()) as publisher:
        yield {"publisherUrl": f"http://127.0.0.1:{publisher.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the publisher."""
    return f"""\
An offer:               curl -s {outputs["shopUrl"]}/offers/Emma
A reservation:          curl -s -X POST {outputs["shopUrl"]}/reservations/Emma
Let the publisher hang: curl -s -X PUT {outputs["publisherUrl"]}/hanging
Let it respond again:   curl -s -X PUT {outputs["publisherUrl"]}/up
Stop the stack:         make down"""
