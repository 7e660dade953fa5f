"""The price service: what a book costs today, and reservations at that price.

It asks the publisher for its discount, as patiently as the publisher's own library does. Callers
are not as patient, so they have a budget.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from serverless_runtime.service_calls.entry import Call, Refusal, service_entry
from serverless_runtime.shared import aws

LIST_PRICES = {"Emma": 900, "Persuasion": 750, "Sanditon": 1_200}
"""Cents by title."""

_PUBLISHER_SECONDS = 8


def quote(call: Call) -> dict[str, Any]:
    """Safe: it changes nothing."""
    return {"cents": _cents(_title(call))}


def reserve(call: Call) -> dict[str, Any]:
    """Unsafe: done twice, two copies are kept."""
    title, reservation_id = _title(call), os.urandom(8).hex()
    aws.client("dynamodb").put_item(
        TableName=os.environ["RESERVATIONS"],
        Item={"reservation_id": {"S": reservation_id}, "title": {"S": title}},
    )
    return {"reservationId": reservation_id, "cents": _cents(title)}


def _title(call: Call) -> str:
    title = str(call.payload["title"])
    if title not in LIST_PRICES:
        raise Refusal("unknown-title", f"no book {title!r} is on the price list")
    return title


def _cents(title: str) -> int:
    url = f"{os.environ['PUBLISHER_URL']}/discounts?{urlencode({'title': title})}"
    # The address is this program's own setting.
    with urlopen(url, timeout=_PUBLISHER_SECONDS) as response:  # noqa: S310
        percent = json.load(response)["percent"]
    return LIST_PRICES[title] * (100 - int(percent)) // 100


handle = service_entry({"quote": quote, "reserve": reserve})
