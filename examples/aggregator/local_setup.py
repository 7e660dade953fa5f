"""A catalogue on this machine, of which each part can hang or fail, for all books or for some."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulator.start import Emulator
from local.serving import serving
from local.stand_in import Reply, StandIn

_HANGING_SECONDS = 5
_KNOWN = {"prices": 900, "stock": 3, "reviews": ["A delight.", "Too short."]}


class Catalogue(StandIn):
    """Responds as the mode of a part says: up, failing or hanging."""

    def __init__(self) -> None:
        super().__init__()
        self._modes: dict[str, str] = {}
        self._calls = dict.fromkeys(_KNOWN, 0)

    def get(self, target: str) -> Reply:
        """A part of a book's page; or, for people and tests, how often each was asked for."""
        part, _, title = target.strip("/").partition("/")
        if part in _KNOWN:
            return self._part(part, title)
        with self.lock:
            return Reply(200, dict(self._calls))

    def put(self, target: str, body: bytes) -> Reply:
        """Set the modes, forget what was, and count from 0: `PUT /` with `{"reviews": "hanging",
        "stock/Emma": "failing"}`."""
        with self.lock:
            self._modes, self._calls = json.loads(body), dict.fromkeys(_KNOWN, 0)
        return Reply(200)

    def _part(self, part: str, title: str) -> Reply:
        with self.lock:
            self._calls[part] += 1
            mode = self._modes.get(f"{part}/{title}") or self._modes.get(part, "up")
        if mode == "hanging":
            time.sleep(_HANGING_SECONDS)
        if title == "Ulysses":
            return Reply(404)
        return Reply(503) if mode == "failing" else Reply(200, _KNOWN[part])


@contextmanager
def set_up(emulator: Emulator) -> Iterator[Mapping[str, str]]:
    """The catalogue on a free port."""
    with serving(Catalogue()) as catalogue:
        yield {"catalogueUrl": f"http://127.0.0.1:{catalogue.server_port}"}


def how_to_use(outputs: Mapping[str, Any], port: int) -> str:
    """Requests to the shop and to the catalogue."""
    return f"""\
A book's page:          curl -s {outputs["shopUrl"]}/books/Emma
Let the reviews hang:   curl -s -X PUT -d '{{"reviews": "hanging"}}' {outputs["catalogueUrl"]}
Let all respond again:  curl -s -X PUT -d '{{}}' {outputs["catalogueUrl"]}
How often it was asked: curl -s {outputs["catalogueUrl"]}
Stop the stack:         make down"""
