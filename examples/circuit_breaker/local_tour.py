"""The story of a shop whose carrier goes down, and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from local.testing import Deployed, eventually
from local.tour import require

_ENOUGH = 20


def the_carrier_quotes(program: Deployed) -> Iterator[str]:
    """The carrier is up: it quotes"""
    _carrier(program, "up")
    quote = eventually(lambda: _by(program, "carrier"), "the carrier's quote")
    yield f"GET /quotes → {quote}"


def the_carrier_goes_down(program: Deployed) -> Iterator[str]:
    """The carrier goes down: customers get a flat rate at once, and it is left alone"""
    _carrier(program, "down")
    quotes = [_quote(program) for _ in range(_ENOUGH)]
    by = {quote["by"] for quote in quotes}
    require(by == {"flat rate"}, "flat rates only", seen=by)
    calls = _seen(program)["calls"]
    require(calls < _ENOUGH, f"fewer than {_ENOUGH} calls", seen=calls)
    started = time.monotonic()
    _quote(program)
    waited_ms = (time.monotonic() - started) * 1_000
    yield f"{_ENOUGH} customers get a flat rate; {calls} calls have reached the carrier"
    yield f"the next one waits {waited_ms:.0f} ms"


def the_carrier_comes_back(program: Deployed) -> Iterator[str]:
    """The carrier comes back: one probe, and it quotes again"""
    _carrier(program, "up")
    quote = eventually(lambda: _by(program, "carrier"), "the carrier's quote")
    seen = _seen(program)
    require(seen["most_at_once"] <= 1, "one probe at a time", seen=seen)
    yield f"GET /quotes → {quote}"
    listed = program.ops("circuit-breakers").stdout.strip().splitlines()
    yield f"the circuit breakers: {listed[0]}"


def _by(program: Deployed, who: str) -> dict[str, Any] | None:
    quote = _quote(program)
    return quote if quote["by"] == who else None


def _quote(program: Deployed) -> dict[str, Any]:
    parameters = {"country": "GB", "grams": "1200"}
    response = program.http.get(f"{program.outputs['apiUrl']}/quotes", params=parameters)
    quote: dict[str, Any] = response.raise_for_status().json()
    return quote


def _carrier(program: Deployed, mode: str) -> None:
    program.http.put(f"http://127.0.0.1:{program.emulator.port + 1}/{mode}").raise_for_status()


def _seen(program: Deployed) -> dict[str, Any]:
    seen: dict[str, Any] = program.http.get(f"http://127.0.0.1:{program.emulator.port + 1}").json()
    return seen


STEPS = (the_carrier_quotes, the_carrier_goes_down, the_carrier_comes_back)
