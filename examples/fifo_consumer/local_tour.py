"""The story of two accounts, one of which refuses a booking for a while."""

from __future__ import annotations

from collections.abc import Iterator

from local.testing import Deployed, eventually
from local.tour import replay, require

_NUMBERS = range(1, 6)


def bookings_are_applied_in_order(program: Deployed) -> Iterator[str]:
    """Five bookings of an account are applied in the order in which they came"""
    _hand_in(program, "savings")
    eventually(lambda: _applied(program, "savings") == list(_NUMBERS), "five bookings", seconds=60)
    yield f"account savings has {_applied(program, 'savings')}"


def an_account_refuses_one(program: Deployed) -> Iterator[str]:
    """Another account refuses its third booking"""
    _block(program, "current", 3)
    _hand_in(program, "current")
    eventually(lambda: sorted(_kept(program, "current")) == [3, 4, 5], "the others", seconds=90)
    applied = _applied(program, "current")
    require(applied == [1, 2], "the two before it", seen=applied)
    yield f"account current has {applied}; 3, 4 and 5 are parked: none overtakes the third"


def others_go_on(program: Deployed) -> Iterator[str]:
    """Other accounts go on meanwhile"""
    _hand_in(program, "deposit")
    eventually(lambda: _applied(program, "deposit") == list(_NUMBERS), "five bookings", seconds=60)
    yield f"account deposit has {_applied(program, 'deposit')}"


def it_is_repaired_and_replayed(program: Deployed) -> Iterator[str]:
    """The account is opened again, and the group is replayed"""
    _unblock(program, "current")
    replay(program)
    eventually(lambda: _applied(program, "current") == list(_NUMBERS), "all five", seconds=90)
    yield f"account current has {_applied(program, 'current')}, in order and each once"


def _hand_in(program: Deployed, account: str) -> None:
    bookings = [{"account": account, "number": number, "amount": 1} for number in _NUMBERS]
    program.invoke("take-bookings", {"bookings": bookings})


def _applied(program: Deployed, account: str) -> list[int]:
    row = program.client("dynamodb").get_item(
        TableName=program.outputs["accounts"], Key={"account": {"S": account}}
    )
    found = row.get("Item", {}).get("applied", {}).get("L", [])
    return [int(each["S"]) for each in found]


def _block(program: Deployed, account: str, number: int) -> None:
    program.client("dynamodb").put_item(
        TableName=program.outputs["accounts"],
        Item={"account": {"S": account}, "blocked_at": {"S": str(number)}},
    )


def _unblock(program: Deployed, account: str) -> None:
    program.client("dynamodb").update_item(
        TableName=program.outputs["accounts"],
        Key={"account": {"S": account}},
        UpdateExpression="REMOVE blocked_at",
    )


def _kept(program: Deployed, account: str) -> list[int]:
    return [each["number"] for each in program.dead_letters() if each["account"] == account]


STEPS = (
    bookings_are_applied_in_order,
    an_account_refuses_one,
    others_go_on,
    it_is_repaired_and_replayed,
)
