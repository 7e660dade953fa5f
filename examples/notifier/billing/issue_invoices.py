"""The publisher: an invoice is issued or paid, and the departments learn of it, or neither."""

from __future__ import annotations

import json
import os
from typing import Any

from serverless_runtime.handoff import Event, Publisher


def handle(request: dict[str, Any], context: Any) -> dict[str, int]:
    """Return how many events have been published already; the relay publishes the others."""
    publisher, correlation_id = Publisher(), context.aws_request_id
    published = [
        publisher.commit([_write(invoice)], _event(invoice, correlation_id))
        for invoice in request["invoices"]
    ]
    return {"committed": len(published), "published": sum(published)}


def _write(invoice: dict[str, Any]) -> dict[str, Any]:
    table = {"TableName": os.environ["ISSUED_INVOICES"]}
    key = {"invoice_id": {"S": invoice["invoiceId"]}}
    if invoice.get("paid"):
        return {
            "Update": {
                **table,
                "Key": key,
                "UpdateExpression": "SET paid = :yes",
                "ExpressionAttributeValues": {":yes": {"BOOL": True}},
            }
        }
    return {"Put": {**table, "Item": {**key, "total": {"N": str(invoice["total"])}}}}


def _event(invoice: dict[str, Any], correlation_id: str) -> Event:
    what = "paid" if invoice.get("paid") else "issued"
    return Event(
        event_id=f"{invoice['invoiceId']}/{what}",
        correlation_id=correlation_id,
        payload=json.dumps(invoice).encode(),
        attributes={
            "type": f"invoice.{what}.v1",
            "source": "/billing",
            "subject": invoice["invoiceId"],
            "region": invoice["region"],
        },
    )
