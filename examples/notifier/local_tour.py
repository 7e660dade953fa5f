"""The story of an invoice, three departments, and a credit bureau that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local.testing import Deployed, eventually
from local.tour import replay, require


def an_invoice_is_issued(program: Deployed) -> Iterator[str]:
    """An invoice is issued; whoever wants to know of it learns of it"""
    _bureau_fails(program, 0)
    _issue(program, {"invoiceId": "tour-1", "region": "eu-west", "total": 1_200})
    for department in ("ledger", "vat", "credit"):
        _await_entry(program, department, "tour-1")
        yield f"{department} has entered tour-1"


def another_is_small_and_abroad(program: Deployed) -> Iterator[str]:
    """Another one is small, and outside the European Union"""
    _issue(program, {"invoiceId": "tour-2", "region": "us-east", "total": 80})
    _await_entry(program, "ledger", "tour-2")
    others = [each for each in ("vat", "credit") if _entered(program, each, "tour-2")]
    require(not others, "no entry of vat and credit", seen=others)
    yield "the ledger has entered tour-2; vat and credit do not want it"


def the_bureau_is_not_there(program: Deployed) -> Iterator[str]:
    """The credit bureau fails; nobody else notices"""
    _bureau_fails(program, 100)
    _issue(program, {"invoiceId": "tour-3", "region": "eu-west", "total": 5_000})
    for department in ("ledger", "vat"):
        _await_entry(program, department, "tour-3")
        yield f"{department} has entered tour-3"
    eventually(lambda: _kept(program, "tour-3"), "the dead letter of credit", seconds=90)
    yield "after three attempts it is a dead letter of credit, and of nobody else"


def it_is_replayed(program: Deployed) -> Iterator[str]:
    """The bureau is back, and credit's dead letter is replayed"""
    _bureau_fails(program, 0)
    replay(program, "--queue", "invoices-credit")
    _await_entry(program, "credit", "tour-3")
    yield "credit has entered tour-3"


def _issue(program: Deployed, invoice: dict[str, Any]) -> None:
    program.invoke("issue-invoices", {"invoices": [invoice]})


def _entered(program: Deployed, department: str, invoice: str) -> bool:
    row = program.client("dynamodb").get_item(
        TableName=program.outputs["entries"],
        Key={"department": {"S": department}, "event_id": {"S": f"{invoice}/issued"}},
    )
    return "Item" in row


def _await_entry(program: Deployed, department: str, invoice: str) -> None:
    eventually(
        lambda: _entered(program, department, invoice),
        f"{invoice}, entered by {department}",
        seconds=60,
    )


def _bureau_fails(program: Deployed, percent: int) -> None:
    program.client("dynamodb").put_item(
        TableName=program.outputs["partners"],
        Item={"partner": {"S": "credit-bureau"}, "failing_percent": {"N": str(percent)}},
    )


def _kept(program: Deployed, invoice: str) -> list[Any]:
    found = program.dead_letters("invoices-credit")
    return [each for each in found if each["id"] == f"{invoice}/issued"]


STEPS = (
    an_invoice_is_issued,
    another_is_small_and_abroad,
    the_bureau_is_not_there,
    it_is_replayed,
)
