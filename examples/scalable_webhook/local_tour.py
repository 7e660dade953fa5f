"""The story of a payment provider's calls: genuine, repeated, forged, and of an unknown invoice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from local.testing import Deployed, eventually
from local.tour import replay, require
from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers

# As local_setup.py creates it.
_SECRET = "whsec_b25seS1mb3ItdGhpcy1tYWNoaW5lLTAwMDE="  # noqa: S105 -- of no other machine
_FORGERS = "whsec_" + "Zm9yZ2Vk" * 4
_CENTS = 1_200


def a_payment_is_booked(program: Deployed) -> Iterator[str]:
    """The provider calls; the call is accepted without a function, and booked later"""
    _enter(program, "tour-17")
    started = time.monotonic()
    status = _call(program, "tour-17", "call-1")
    waited_ms = (time.monotonic() - started) * 1_000
    yield f"POST → {status} after {waited_ms:.0f} ms"
    eventually(lambda: _paid(program, "tour-17") == _CENTS, "the payment", seconds=60)
    yield f"invoice tour-17 is paid: {_CENTS} cents"


def it_calls_again(program: Deployed) -> Iterator[str]:
    """The provider repeats the call; a forger makes one of its own"""
    repeated = _call(program, "tour-17", "call-1")
    forged = _call(program, "tour-17", "call-2", _FORGERS)
    yield f"both are accepted ({repeated}, {forged}): who has called is known only in the consumer"
    eventually(lambda: _logged(program, "booked before"), "the repeated call", seconds=60)
    eventually(lambda: _logged(program, "forged"), "the forged call", seconds=60)
    paid = _paid(program, "tour-17")
    require(paid == _CENTS, "one payment", seen=paid)
    yield f"invoice tour-17 has still {paid} cents; the forged call is counted and dropped"


def an_invoice_is_unknown(program: Deployed) -> Iterator[str]:
    """A payment for an invoice that nobody has entered"""
    _call(program, "tour-18", "call-3")
    eventually(lambda: _kept(program), "the dead letter", seconds=90)
    yield "after three attempts it is a dead letter"
    _enter(program, "tour-18")
    replay(program)
    eventually(lambda: _paid(program, "tour-18") == _CENTS, "the payment", seconds=60)
    yield "entered and replayed, it is booked: its signature still counts"


def _call(program: Deployed, invoice: str, call_id: str, secret: str = _SECRET) -> int:
    body = json.dumps({"invoice": invoice, "cents": _CENTS}).encode()
    headers = signature_headers(parse_keys(secret), call_id, int(time.time()), body)
    response = program.http.post(
        program.outputs["providerUrl"],
        content=body,
        headers={**headers, "content-type": "application/json"},
        timeout=30,
    )
    return response.raise_for_status().status_code


def _enter(program: Deployed, invoice: str) -> None:
    program.client("dynamodb").put_item(
        TableName=program.outputs["invoices"], Item={"invoice": {"S": invoice}}
    )


def _paid(program: Deployed, invoice: str) -> int:
    row = program.client("dynamodb").get_item(
        TableName=program.outputs["invoices"], Key={"invoice": {"S": invoice}}
    )
    return int(row["Item"].get("paid_cents", {"N": "0"})["N"])


def _logged(program: Deployed, text: str) -> bool:
    return any(text in line for line in program.logs("book-payment"))


def _kept(program: Deployed) -> list[Any]:
    return [each for each in program.dead_letters() if each["invoice"] == "tour-18"]


STEPS = (a_payment_is_booked, it_calls_again, an_invoice_is_unknown)
