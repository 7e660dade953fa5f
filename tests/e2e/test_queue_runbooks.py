"""The alarms of queues fire, and the commands of their runbook pages bring the work back."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from local.deployed import Deployed, deployed
from local.wait import wait_until
from tests.program.programs import ROOT
from tests.runbook import DO, LOOK, RESOLVED, commands, words

SECONDS = 120
_DONE = (0, 1)
"""Done; or done, and something is still waiting."""


@pytest.fixture
def stock() -> Iterator[Deployed]:
    with deployed(
        ROOT / "examples/frugal_consumer", "stock", python=Path(sys.executable)
    ) as program:
        yield program


@pytest.fixture
def bookings() -> Iterator[Deployed]:
    with deployed(
        ROOT / "examples/fifo_consumer", "bookings", python=Path(sys.executable)
    ) as program:
        yield program


def fire(program: Deployed, alarm_ids: Collection[str]) -> None:
    """Wait until these alarms have fired."""
    cloudwatch = program.client("cloudwatch")
    names = {program.operations["alarms"][each] for each in alarm_ids}

    def fired() -> bool:
        pages = cloudwatch.get_paginator("describe_alarm_history").paginate()
        history = [each for page in pages for each in page["AlarmHistoryItems"]]
        return names <= {
            each["AlarmName"] for each in history if "to ALARM" in each["HistorySummary"]
        }

    wait_until(fired, f"the alarms {sorted(alarm_ids)}", seconds=SECONDS)


def types(program: Deployed, page: str, section: str, *, skipping: str = " purge ") -> None:
    """Run the commands of a page's section, in order."""
    for command in commands(page, section):
        if skipping in command:
            continue
        match words(command, {"STACK": "local", "EVENT_ID": "none"}):
            case ["python", "-m", "serverless_ops", *rest, "--stack", "local"]:
                done = program.ops(*rest)
                assert done.returncode in _DONE, (command, done.stdout, done.stderr)
            case ["pulumi", "up", "--refresh", "--stack", "local"]:
                program.up()
            case _:
                raise AssertionError(f"cannot run {command} here")


def test_a_sale_that_could_not_be_booked_is_booked_by_the_commands_of_each_page(
    stock: Deployed,
) -> None:
    pages = ("last-attempt-failed", "consumer-failing", "dead-letter-age", "backlog-age")
    dynamodb = stock.client("dynamodb")
    sale = {"saleId": "1", "title": "Emma", "copies": 1}
    stock.invoke("report-sales", {"shop": "north", "sales": [sale]})

    fire(
        stock,
        {"sales-last-attempt-failed", "sales-consumer-failing", "sales-dead-letter-depth"},
    )
    for page in pages:
        types(stock, page, LOOK)
    row = {"title": {"S": "Emma"}, "copies": {"N": "10"}}
    dynamodb.put_item(TableName=stock.outputs["titles"], Item=row)
    for page in pages:
        types(stock, page, DO)

    def copies() -> bool:
        found = dynamodb.get_item(TableName=stock.outputs["titles"], Key={"title": {"S": "Emma"}})
        return bool(found["Item"]["copies"]["N"] == "9")

    wait_until(copies, "the sale", seconds=SECONDS)
    assert stock.dead_letters() == []
    for page in pages:
        types(stock, page, RESOLVED)


def test_a_parked_account_goes_on_by_the_commands_of_its_page(bookings: Deployed) -> None:
    dynamodb, table = bookings.client("dynamodb"), bookings.outputs["accounts"]
    blocked = {"account": {"S": "7"}, "blocked_at": {"S": "1"}}
    dynamodb.put_item(TableName=table, Item=blocked)
    taken = [{"account": "7", "number": number, "amount": 5} for number in (1, 2, 3)]
    bookings.invoke("take-bookings", {"bookings": taken})

    fire(bookings, {"bookings-group-parked", "bookings-dead-letter-depth"})
    types(bookings, "group-parked", LOOK)
    dynamodb.put_item(TableName=table, Item={"account": {"S": "7"}})
    types(bookings, "group-parked", DO)

    def balance() -> bool:
        row = dynamodb.get_item(TableName=table, Key={"account": {"S": "7"}})["Item"]
        return bool(row.get("balance", {}).get("N") == "15")

    wait_until(balance, "all bookings", seconds=SECONDS)
    types(bookings, "group-parked", RESOLVED)
