"""The alarms of queues fire, and the commands of their runbook pages bring the work back."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.deployed import deployed
from local.wait import wait_until
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.on_call import OnCallEngineer
from tests.e2e.terminal import Terminal
from tests.program.programs import ROOT
from tests.runbook import DO, LOOK, RESOLVED

SECONDS = 120


@contextmanager
def on_call_for(example: str, folder: Path) -> Iterator[OnCallEngineer]:
    """An engineer of the example's own emulator, by whose clock its alarms are evaluated."""
    program = ROOT / "examples" / example
    with deployed(program, "queues", watched=False, python=Path(sys.executable)) as stack:
        yield OnCallEngineer(stack, Terminal(stack, folder), AlarmWatch(stack))


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[OnCallEngineer]:
    with on_call_for("frugal_consumer", tmp_path) as engineer:
        yield engineer


@pytest.fixture
def bookings(tmp_path: Path) -> Iterator[OnCallEngineer]:
    with on_call_for("fifo_consumer", tmp_path) as engineer:
        yield engineer


def fire(engineer: OnCallEngineer, alarm_ids: Collection[str]) -> None:
    """Wait until these alarms have fired."""
    cloudwatch = engineer.stack.client("cloudwatch")
    names = {engineer.stack.operations["alarms"][each] for each in alarm_ids}

    def fired() -> bool:
        engineer.watch.evaluate()
        pages = cloudwatch.get_paginator("describe_alarm_history").paginate()
        history = [each for page in pages for each in page["AlarmHistoryItems"]]
        return names <= {
            each["AlarmName"] for each in history if "to ALARM" in each["HistorySummary"]
        }

    wait_until(fired, f"the alarms {sorted(alarm_ids)}", seconds=SECONDS)


def types(engineer: OnCallEngineer, page: str, section: str) -> None:
    """Run the commands of a page's section, in order, that discard no message."""
    engineer.runs(page, section, skipping=(" purge ",))


def test_a_sale_that_could_not_be_booked_is_booked_by_the_commands_of_each_page(
    stock: OnCallEngineer,
) -> None:
    pages = ("last-attempt-failed", "consumer-failing", "dead-letter-age", "backlog-age")
    program, dynamodb = stock.stack, stock.stack.client("dynamodb")
    sale = {"saleId": "1", "title": "Emma", "copies": 1}
    program.invoke("report-sales", {"shop": "north", "sales": [sale]})

    fire(
        stock,
        {"sales-last-attempt-failed", "sales-consumer-failing", "sales-dead-letter-depth"},
    )
    for page in reversed(pages):
        types(stock, page, LOOK)
    assert "message failed: no title 'Emma' in the stock system" in stock.output
    row = {"title": {"S": "Emma"}, "copies": {"N": "10"}}
    dynamodb.put_item(TableName=program.outputs["titles"], Item=row)
    for page in pages:
        types(stock, page, DO)

    def seen() -> tuple[str, list[Any], str]:
        found = dynamodb.get_item(TableName=program.outputs["titles"], Key={"title": {"S": "Emma"}})
        return found["Item"]["copies"]["N"], program.dead_letters(), stock.output

    wait_until(seen, "the sale", seconds=SECONDS, enough=lambda each: each[:2] == ("9", []))
    for page in pages:
        types(stock, page, RESOLVED)


def test_a_parked_account_goes_on_by_the_commands_of_its_page(bookings: OnCallEngineer) -> None:
    program, dynamodb = bookings.stack, bookings.stack.client("dynamodb")
    table = program.outputs["accounts"]
    blocked = {"account": {"S": "7"}, "blocked_at": {"S": "1"}}
    dynamodb.put_item(TableName=table, Item=blocked)
    taken = [{"account": "7", "number": number, "amount": 5} for number in (1, 2, 3)]
    program.invoke("take-bookings", {"bookings": taken})

    fire(bookings, {"bookings-group-parked", "bookings-dead-letter-depth"})
    types(bookings, "group-parked", LOOK)
    dynamodb.put_item(TableName=table, Item={"account": {"S": "7"}})

    def balance() -> str | None:
        # As the page says: again, until nothing is parked behind what was replayed.
        if program.dead_letters():
            types(bookings, "group-parked", DO)
        row = dynamodb.get_item(TableName=table, Key={"account": {"S": "7"}})["Item"]
        value: str | None = row.get("balance", {}).get("N")
        return value

    wait_until(balance, "all bookings", seconds=SECONDS, enough=lambda value: value == "15")
    types(bookings, "group-parked", RESOLVED)
