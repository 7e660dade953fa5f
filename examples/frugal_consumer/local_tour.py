"""The story of eight shops, and a stock system that takes two connections."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.testing import Deployed, eventually, most_at_once
from local.tour import replay, require

_SHOPS = ("north", "south", "east", "west", "station", "harbour", "market", "airport")
_SALES = 20
_LIMIT = 2
_CHANGES = {"connected": 1, "disconnected": -1}


def eight_shops_report_at_once(program: Deployed) -> Iterator[str]:
    """Eight shops report their sales at the same time"""
    _enter(program, "Persuasion")
    with ThreadPoolExecutor(len(_SHOPS)) as tills:
        reported = sum(tills.map(lambda shop: _report(program, shop, "Persuasion"), _SHOPS))
    yield f"{reported} sales are reported; no till waits for the stock system"
    eventually(lambda: _copies_sold(program, "Persuasion") == reported, "the bookings", seconds=90)
    at_once = _most_connections(program)
    require(at_once <= _LIMIT, f"at most {_LIMIT} connections at a time", seen=at_once)
    yield f"the stock system has booked {reported}, each once; at most {at_once} at a time"


def a_title_is_unknown(program: Deployed) -> Iterator[str]:
    """One sale is of a title that nobody has entered"""
    program.invoke("report-sales", {"shop": "north", "sales": [_sale("north", "Evelina", 0)]})
    eventually(lambda: _kept(program, "Evelina"), "the dead letter", seconds=90)
    yield "after five attempts it is a dead letter; the other sales have not waited for it"


def it_is_entered_and_replayed(program: Deployed) -> Iterator[str]:
    """Somebody enters the title, and the sale is replayed"""
    _enter(program, "Evelina")
    replay(program)
    eventually(lambda: _copies_sold(program, "Evelina") == 1, "the booking", seconds=90)
    kept = _kept(program, "Evelina")
    require(not kept, "no dead letter of the title", seen=kept)
    yield "the sale is booked, and is no dead letter any more"


def _sale(shop: str, title: str, number: int) -> dict[str, Any]:
    return {"saleId": f"tour-{shop}-{title}-{number}", "title": title, "copies": 1}


def _report(program: Deployed, shop: str, title: str) -> int:
    sales = [_sale(shop, title, number) for number in range(_SALES)]
    return int(program.invoke("report-sales", {"shop": shop, "sales": sales})["reported"])


_STOCK = 1_000


def _enter(program: Deployed, title: str) -> None:
    program.client("dynamodb").put_item(
        TableName=program.outputs["titles"],
        Item={"title": {"S": title}, "copies": {"N": str(_STOCK)}},
    )


def _copies_sold(program: Deployed, title: str) -> int:
    row = program.client("dynamodb").get_item(
        TableName=program.outputs["titles"], Key={"title": {"S": title}}
    )
    return _STOCK - int(row["Item"]["copies"]["N"])


def _most_connections(program: Deployed) -> int:
    records = [
        each
        for each in program.log_records("book-sale")
        if str(each.get("sale_id", "")).startswith("tour-") and each["message"] in _CHANGES
    ]
    return most_at_once((each["timestamp"], _CHANGES[each["message"]]) for each in records)


def _kept(program: Deployed, title: str) -> list[Any]:
    return [each for each in program.dead_letters() if each["title"] == title]


STEPS = (eight_shops_report_at_once, a_title_is_unknown, it_is_entered_and_replayed)
