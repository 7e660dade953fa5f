"""The story of a bookshop whose customers wait for a second, whatever its price service does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from local.testing import Deployed, eventually
from local.tour import require

_PATIENCE_SECONDS = 2.0
"""The budget of one second, and what a first run on a busy machine takes."""


def the_shop_knows_the_price(program: Deployed) -> Iterator[str]:
    """A customer asks for a book: the shop asks the price service"""
    _publisher(program, "up")
    offer = eventually(lambda: _offer(program, "Emma", 200), "an offer")
    yield f"GET /offers/Emma → {offer}"
    refused = _offer(program, "Ulysses", 404)
    require(refused is not None, "a refusal", seen=refused)
    yield f"GET /offers/Ulysses → {refused}: a refusal is an answer"


def the_price_service_hangs(program: Deployed) -> Iterator[str]:
    """The publisher hangs, and the price service with it: customers wait for a second"""
    _publisher(program, "hanging")
    started = time.monotonic()
    answer = _ask(program, "GET", "offers/Emma")
    waited = time.monotonic() - started
    reason = answer.json().get("reason")
    require(reason == "timed-out", "a time-out", seen=answer.text)
    require(waited < _PATIENCE_SECONDS, f"less than {_PATIENCE_SECONDS:g} s", seen=waited)
    yield f"GET /offers/Emma → {answer.json()} after {waited:.2f} s"
    yield "the price service is still waiting for the publisher"


def a_reservation_is_never_repeated(program: Deployed) -> Iterator[str]:
    """A price service that fails: an offer is asked for once more, a reservation is not"""
    _publisher(program, "flickering")
    offer = eventually(lambda: _offer(program, "Persuasion", 200), "an offer at the second try")
    yield f"GET /offers/Persuasion → {offer}"
    before = _reservations(program)
    _publisher(program, "failing")
    answer = _ask(program, "POST", "reservations/Persuasion")
    made = _reservations(program) - before
    require(made == 1, "one reservation", seen=made)
    yield f"POST /reservations/Persuasion → {answer.status_code} {answer.json()}"
    yield f"it has been tried {made} time: whether it counts is for the shop to find out"
    _publisher(program, "up")


def _offer(program: Deployed, title: str, status: int) -> Any:
    answer = _ask(program, "GET", f"offers/{title}")
    return answer.json() if answer.status_code == status else None


def _ask(program: Deployed, method: str, path: str) -> httpx.Response:
    return program.http.request(method, f"{program.outputs['shopUrl']}/{path}")


def _publisher(program: Deployed, mode: str) -> None:
    program.http.put(f"{program.outputs['publisherUrl']}/{mode}").raise_for_status()


def _reservations(program: Deployed) -> int:
    table = program.outputs["reservations"]
    return int(program.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"])


STEPS = (the_shop_knows_the_price, the_price_service_hangs, a_reservation_is_never_repeated)
