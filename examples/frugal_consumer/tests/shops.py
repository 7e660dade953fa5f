"""Eight shops, what they sell, and what the stock system has booked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.testing import Deployed

SHOPS = ("north", "south", "east", "west", "station", "harbour", "market", "airport")
UNKNOWN = "Sanditon"
"""A title that nobody has entered yet."""

_IN_LINE = re.compile(r"\{.*\}$")


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
    open_now, most = 0, 0
    for _, change in sorted(_changes(program.logs("book-sale"), run)):
        open_now += change
        most = max(most, open_now)
    return most


def _changes(lines: Iterable[str], run: str) -> Iterable[tuple[str, int]]:
    for line in lines:
        found = _IN_LINE.search(line)
        record = json.loads(found[0]) if found else {}
        if str(record.get("sale_id", "")).startswith(f"{run}-"):
            # One that ends in the millisecond in which another begins is not beside it.
            match record["message"]:
                case "connected":
                    yield record["timestamp"], 1
                case "disconnected":
                    yield record["timestamp"], -1
