"""The page on load has what the model computes, from requests that the functions send."""

from __future__ import annotations

import tomllib

import pytest

from benchmarks import quotas
from benchmarks.counts import read_budgets
from benchmarks.demands import DEMANDS
from benchmarks.pattern_model import RUN_SECONDS, Demand, Queue, Writes
from benchmarks.units import UNITS
from scripts.costs import PRICES, Bill, written
from scripts.scale import LOADS, PAGE, tables


@pytest.fixture(scope="module")
def bill() -> Bill:
    return Bill(tomllib.loads(PRICES.read_text()))


def test_the_page_shows_what_the_script_computes(bill: Bill) -> None:
    computed = written(PAGE, tables(bill), "scale")

    assert PAGE.read_text() == computed, "run .venv/bin/python -m scripts.scale --write"


def test_every_unit_that_is_counted_is_in_the_model() -> None:
    assert {*DEMANDS} == {unit.name for unit in UNITS} | {"handoff"}


def test_a_handoff_sends_as_many_requests_as_are_counted() -> None:
    assert sum(DEMANDS["handoff"].operations.values()) == read_budgets()["requests.create-task"]


@pytest.mark.parametrize(
    ("demand", "limit", "units_per_second"),
    [
        (Demand(operations={}), "API requests", 10_000),
        (Demand(operations={}, api_requests=2), "API requests", 5_000),
        (Demand(operations={}, waited_runs=(0.05,) * 4), "invocations", 2_500),
        (Demand(operations={}, waited_runs=(0.5, 0.5)), "concurrency", 1_000),
        (Demand(operations={}, other_runs=(0.95,)), "concurrency", 1_000),
        (Demand(operations={}, writes=(Writes(2), Writes(8))), "a new table", 500),
        (Demand(operations={}, writes=(Writes(2, index_units=8),)), "a new table", 2_000),
        (Demand(operations={}, writes=(Writes(2, shards=2),)), "shards", 1_000),
        (Demand(operations={}, queues=(Queue(4), Queue(2))), "`max_concurrency`", 40),
        (Demand(operations={}, parameter_reads=0.1), "parameter reads", 400),
        (Demand(operations={}, more={quotas.EMAILS: 2}), "emails", 7),
    ],
)
def test_what_is_met_first(demand: Demand, limit: str, units_per_second: float) -> None:
    first, allowed = next(iter(demand.allowed().items()))

    assert first == limit
    assert allowed == pytest.approx(units_per_second)


def test_a_fifo_queue_has_no_batches_and_so_needs_an_invocation_for_each_message() -> None:
    standard, fifo = (
        Demand(operations={}, waited_runs=(), queues=(Queue(None, fifo=fifo),)).allowed()
        for fifo in (False, True)
    )

    assert standard["invocations"] == pytest.approx(100_000)
    assert fifo["invocations"] == 10_000
    assert fifo["a FIFO queue"] == 70_000
    assert standard["a queue's runs"] == fifo["a queue's runs"] == 1_000 / RUN_SECONDS
    assert "a FIFO queue" not in standard


def test_what_is_over_at_a_load_is_named_in_the_order_in_which_it_is_met() -> None:
    demand = Demand(operations={}, writes=(Writes(4),))

    assert demand.over(1_000) == []
    assert demand.over(1_001) == ["a new table"]
    assert demand.over(LOADS[2]) == [
        *("a new table", "API requests", "invocations", "a table", "concurrency"),
    ]


@pytest.mark.parametrize(
    ("name", "batch", "usd_per_million"),
    [
        # API, run of 50 ms, four units and one of the index.
        ("web-service", 1, 1.00 + 0.20 + 0.33 + 5 * 0.625),
        # Send, receive and delete; run; a look at the group and the booking.
        ("fifo-consumer", 10, 3 * 0.50 + 0.20 + 0.33 + 0.125 + 0.625),
        ("frugal-consumer", 10, 0.40 + 0.08 + 0.02 + 0.33 + 4 * 0.625),
        ("frugal-consumer", 1, 3 * 0.40 + 0.20 + 0.33 + 4 * 0.625),
        ("strangler", 1, 1.00 + 2 * 0.20 + 0.70),
        ("robust-api-bus", 1, 1.00 + 0.20 + 0.33 + 1.00),
        ("notification-service", 1, 0.20 + 0.33 + 4 * 0.625 + 100),
    ],
)
def test_a_million_units_by_hand(bill: Bill, name: str, batch: int, usd_per_million: float) -> None:
    usd = DEMANDS[name].usd(bill, batch=batch) * 1_000_000

    assert usd == pytest.approx(usd_per_million, abs=0.01)
