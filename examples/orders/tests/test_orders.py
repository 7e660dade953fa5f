"""The program in the emulator: `python -m local test examples/orders`."""

from __future__ import annotations

from local.testing import Deployed, eventually


def test_an_order_is_accepted_at_once_and_shipped_later(program: Deployed) -> None:
    response = program.invoke("take-order", {"orderId": "1", "address": "1 Main St"})

    assert response == {"orderId": "1", "handedOff": True}
    eventually(lambda: "shipped 1" in "".join(program.logs("ship-order")), "the shipment")


def test_an_order_that_cannot_be_shipped_becomes_a_dead_letter(program: Deployed) -> None:
    program.invoke("take-order", {"orderId": "2"})

    [dead_letter] = eventually(program.dead_letters, "the dead letter")
    assert "no address to ship to" in dead_letter["responsePayload"]["errorMessage"]
