"""Eight shops, what they sell, and what the stock system has booked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.testing import Deployed, most_at_once

SHOPS = ("north", "south", "east", "west", "station", "harbour", "market", "airport")
UNKNOWN = "Sanditon"
"""A title that nobody has entered yet."""

_CHANGES = {"connected": 1, "disconnected": -1}


def sales(run: str, shop: str, count: int, *, unknown: int = 0) -> list[dict[str, Any]]:
    """Return a shop's sales; the last ones are of the title that is not known."""
    return [
        {
            "saleId": f"{run}-{shop}-{number}",
            "title": UNKNOWN if number >= count - unknown else "Emma",
            "copies": 1,
        }
        for number in range(count)
    ]


def report(program: Deployed, run: str, count: int, *, unknown: int = 0) -> int:
    """Let all shops report so many sales at the same time; return how many there are."""

    def one(shop: str) -> int:
        sold = sales(run, shop, count, unknown=unknown)
        reports = [
            {"shop": shop, "sales": sold[start : start + 25]} for start in range(0, len(sold), 25)
        ]
        return sum(int(program.invoke("report-sales", each)["reported"]) for each in reports)

    with ThreadPoolExecutor(len(SHOPS)) as tills:
        return sum(tills.map(one, SHOPS))


def enter(program: Deployed, title: str, copies: int) -> None:
    """Enter a title into the stock system."""
    program.client("dynamodb").put_item(
        TableName=program.outputs["titles"],
        Item={"title": {"S": title}, "copies": {"N": str(copies)}},
    )


def copies_left(program: Deployed, title: str) -> int:
    found = program.client("dynamodb").get_item(
        TableName=program.outputs["titles"], Key={"title": {"S": title}}
    )
    return int(found["Item"]["copies"]["N"])


def booked(program: Deployed, run: str) -> int:
    """How many sales of a run are booked."""
    dynamodb = program.client("dynamodb")
    [table] = [name for name in dynamodb.list_tables()["TableNames"] if "booked-sales" in name]
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    ids = [item["sale_id"]["S"] for page in pages for item in page["Items"]]
    return sum(each.startswith(f"{run}-") for each in ids)


def most_connections(program: Deployed, run: str) -> int:
    """The most connections that the stock system had at the same time."""
    records = [
        each
        for each in program.log_records("book-sale")
        if str(each.get("sale_id", "")).startswith(f"{run}-") and each["message"] in _CHANGES
    ]
    return most_at_once((each["timestamp"], _CHANGES[each["message"]]) for each in records)
