"""The consumer: books each payment once, however often the provider calls."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.errors import service_errors
from serverless_runtime.webhook_in import Call, each_call

log = logging.getLogger(__name__)


class UnknownInvoiceError(Exception):
    """The books do not have the invoice; somebody has to enter it."""


def book(call: Call) -> None:
    payment = call.json()
    log.info("booking", extra={"call": call.event_id, "at": time.time()})
    try:
        _book(call, payment)
    finally:
        log.info("booking ended", extra={"call": call.event_id, "at": time.time()})


def _book(call: Call, payment: dict[str, Any]) -> None:
    remember = {
        "TableName": os.environ["BOOKINGS"],
        "Item": {"call": {"S": call.event_id}, "invoice": {"S": payment["invoice"]}},
        "ConditionExpression": "attribute_not_exists(#call)",
        "ExpressionAttributeNames": {"#call": "call"},
    }
    pay = {
        "TableName": os.environ["INVOICES"],
        "Key": {"invoice": {"S": payment["invoice"]}},
        "UpdateExpression": "ADD paid_cents :cents",
        "ConditionExpression": "attribute_exists(invoice)",
        "ExpressionAttributeValues": {":cents": {"N": str(payment["cents"])}},
    }
    try:
        aws.client("dynamodb").transact_write_items(
            TransactItems=[{"Put": remember}, {"Update": pay}]
        )
    except service_errors() as error:
        was_booked, invoice_known = _conditions(error.response)
        if was_booked:
            log.info("booked before", extra={"call": call.event_id})
        elif not invoice_known:
            raise UnknownInvoiceError(f"no invoice {payment['invoice']!r} in the books") from error
        else:
            raise


def _conditions(response: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the call has been booked before, and whether its invoice is known."""
    failed = [
        each.get("Code") == "ConditionalCheckFailed"
        for each in response.get("CancellationReasons", [])
    ]
    return (failed[0], not failed[1]) if failed else (False, True)


# Short delays: either the books are back within seconds, or a person is needed.
handle = each_call(book, retry_delays_seconds=(1, 4))
