"""A carrier on this machine, which can be taken down."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.emulator.start import Emulator
from local.serving import serving
from local.stand_in import Reply, StandIn

_SLOW_SECONDS, _HANGING_SECONDS = 1.3, 5


class Carrier(StandIn):
    """Responds as its mode says: up, down, slow, hanging or broken."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._at_once = 0
        self._set("up")

    def get(self, target: str) -> Reply:
        """A rate; or, for people and tests, what the carrier has seen."""
        address = urlsplit(target)
        if address.path == "/rates":
            return self._rate(parse_qs(address.query))
        with self.lock:
            seen = {"mode": self._mode, "calls": self._calls}
            at_once = {"at_once": self._at_once, "most_at_once": self._most_at_once}
            return Reply(200, {**seen, **at_once})

    def put(self, target: str, body: bytes) -> Reply:
        """Change the mode: `PUT /down`."""
        self._set(target.strip("/"))
        return Reply(200, {"mode": self._mode})

    def _set(self, mode: str) -> None:
        """Change the mode, and count from 0."""
        with self.lock:
            self._mode, self._calls, self._most_at_once = mode, 0, self._at_once

    def _rate(self, query: Mapping[str, list[str]]) -> Reply:
        """Respond with what a parcel costs."""
        with self.lock:
            self._calls += 1
            self._at_once += 1
            self._most_at_once = max(self._most_at_once, self._at_once)
            mode = self._mode
        time.sleep({"slow": _SLOW_SECONDS, "hanging": _HANGING_SECONDS}.get(mode, 0.2))
        with self.lock:
            self._at_once -= 1
        if mode == "down":
            return Reply(503, {})
        if query["country"] == ["AQ"]:
            return Reply(404, {})
        cents = 250 + int(query["grams"][0]) // 10
        # Broken, it hangs up before the end of what it has announced.
        return Reply(200, {"cents": cents}, missing_bytes=9 if mode == "broken" else 0)


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The carrier on the next port."""
    with serving(Carrier(emulator.port + 1)) as carrier:
        yield {"carrierUrl": f"http://127.0.0.1:{carrier.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the carrier."""
    return f"""\
A quote:                curl -s "{outputs["apiUrl"]}/quotes?country=GB&grams=1200"
Take the carrier down:  curl -s -X PUT http://127.0.0.1:{port + 1}/down
What it has seen:       curl -s http://127.0.0.1:{port + 1}/
Bring it back:          curl -s -X PUT http://127.0.0.1:{port + 1}/up
The circuit breaker:    .venv/bin/python -m serverless_ops circuit-breakers --stack local
Stop the stack:         make down"""
