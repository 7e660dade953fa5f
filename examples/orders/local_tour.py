"""The story of two orders, one of which cannot be shipped at first."""

from __future__ import annotations

from collections.abc import Iterator

from local.testing import Deployed, eventually
from local.tour import require


def an_order_is_shipped(program: Deployed) -> Iterator[str]:
    """An order is accepted at once, and shipped later"""
    response = program.invoke("take-order", {"orderId": "A-1", "address": "1 Main St"})
    require(response["handedOff"], "an event that was handed off", seen=response)
    yield f"take-order returns {response}"
    eventually(lambda: _shipments(program, "A-1"), "the shipment")
    yield "ship-order logs “shipped A-1”"


def the_same_order_arrives_twice(program: Deployed) -> Iterator[str]:
    """The same order is taken again; it is not shipped again"""
    before = _runs(program)
    program.invoke("take-order", {"orderId": "A-1", "address": "1 Main St"})
    eventually(lambda: _runs(program) > before, "a second run of ship-order")
    shipments = _shipments(program, "A-1")
    require(shipments == 1, "one shipment", seen=shipments)
    yield "ship-order has run again; there is still one shipment"


def an_order_has_no_address(program: Deployed) -> Iterator[str]:
    """An order without an address fails three times, and is kept"""
    program.invoke("take-order", {"orderId": "A-2"})
    kept = eventually(lambda: _kept(program, "A-2"), "the dead letter")
    yield f"dead letter: “{kept[0]['responsePayload']['errorMessage']}”"
    yield "it has its event, and waits for whoever is on call"


def _shipments(program: Deployed, number: str) -> int:
    return sum(line.endswith(f"shipped {number}") for line in program.logs("ship-order"))


def _runs(program: Deployed) -> int:
    return sum("END RequestId" in line for line in program.logs("ship-order"))


def _kept(program: Deployed, number: str) -> list[dict[str, dict[str, str]]]:
    return [
        each
        for each in program.dead_letters()
        if each["requestPayload"]["data"]["orderId"] == number
    ]


STEPS = (an_order_is_shipped, the_same_order_arrives_twice, an_order_has_no_address)
