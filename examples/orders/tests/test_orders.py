"""The program in the emulator: `python -m local test examples/orders`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.testing import DeployChanged, Deployed, eventually


def an_order(number: str) -> dict[str, str]:
    return {"orderId": number, "address": "1 Main St"}


def shipped(program: Deployed, number: str) -> int:
    return sum(line.endswith(f"shipped {number}") for line in program.logs("ship-order"))


def runs(program: Deployed) -> int:
    """How often the target has run."""
    return sum("END RequestId" in line for line in program.logs("ship-order"))


def leave_a_killed_run(program: Deployed, number: str, *, lease_until: float) -> None:
    """Write the row that `ship-order` leaves behind if it is killed while it ships."""
    dynamodb = program.client("dynamodb")
    [table] = [name for name in dynamodb.list_tables()["TableNames"] if "shipments" in name]
    dynamodb.put_item(
        TableName=table,
        Item={
            "event_id": {"S": f"{number}/taken"},
            "part": {"S": "all"},
            "status": {"S": "IN_PROGRESS"},
            "lease_owner": {"S": "killed"},
            "lease_until": {"N": str(int(lease_until))},
            "replays": {"N": "0"},
        },
    )


def invoke_target(program: Deployed, payload: dict[str, Any]) -> None:
    program.client("lambda").invoke(
        FunctionName=program.function_names()["ship-order"],
        InvocationType="Event",
        Payload=json.dumps(payload),
    )


@pytest.fixture
def without_once(deploy_changed: DeployChanged) -> Iterator[Deployed]:
    """The same program, whose target does its work without a lease: the negative control."""
    once = "Once().run(event, lambda: ship(event.payload))"
    with deploy_changed({"orders/ship_order.py": [(once, "ship(event.payload)")]}) as running:
        yield running


def test_an_order_is_accepted_at_once_and_shipped_later(program: Deployed) -> None:
    response = program.invoke("take-order", an_order("1"))

    assert response == {"orderId": "1", "handedOff": True}
    eventually(lambda: shipped(program, "1"), "the shipment")


def test_an_order_that_is_taken_twice_is_shipped_once(program: Deployed) -> None:
    before = runs(program)

    for _ in range(2):
        program.invoke("take-order", an_order("3"))

    eventually(lambda: runs(program) == before + 2, "two runs of the target")
    assert shipped(program, "3") == 1


def test_without_once_it_is_shipped_twice(without_once: Deployed) -> None:
    for _ in range(2):
        without_once.invoke("take-order", an_order("3"))

    eventually(lambda: shipped(without_once, "3") == 2, "two shipments")


def test_an_order_whose_shipment_was_killed_is_shipped_after_the_lease(program: Deployed) -> None:
    leave_a_killed_run(program, "4", lease_until=time.time() - 1)

    program.invoke("take-order", an_order("4"))

    eventually(lambda: shipped(program, "4"), "the shipment")


def test_an_order_that_cannot_be_shipped_becomes_a_dead_letter_and_each_replay_counts(
    program: Deployed,
) -> None:
    program.invoke("take-order", {"orderId": "2"})

    [dead_letter] = eventually(program.dead_letters, "the dead letter")
    assert "no address to ship to" in dead_letter["responsePayload"]["errorMessage"]
    event = dead_letter["requestPayload"]
    assert (event["id"], event["replays"], event["data"]) == ("2/taken", 0, {"orderId": "2"})

    event |= {"replays": 1, "data": an_order("2")}
    invoke_target(program, event)
    eventually(lambda: shipped(program, "2"), "the shipment after a replay")


def test_nobody_ships_beside_a_run_that_may_still_be_shipping(program: Deployed) -> None:
    leave_a_killed_run(program, "5", lease_until=time.time() + 3_600)

    program.invoke("take-order", an_order("5"))

    def reasons() -> list[str]:
        return [each["responsePayload"]["errorMessage"] for each in program.dead_letters()]

    eventually(lambda: any("holds the lease" in each for each in reasons()), "the dead letter")
    assert shipped(program, "5") == 0
