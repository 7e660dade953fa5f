"""The page on costs shows what its script computes, from counts that the program has."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from pulumi_serverless.testing.mocks import FUNCTION
from scripts.costs import PAGE, PRICES, Bill, per_million, tables, written
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.handler import metrics_of
from serverless_runtime.handoff.relay.ports import Report
from tests.program.programs import run_stack

MONTH = 1_000_000


@pytest.fixture(scope="module")
def bill() -> Bill:
    return Bill(tomllib.loads(PRICES.read_text()))


def test_the_page_shows_what_the_script_computes(bill: Bill) -> None:
    assert PAGE.read_text() == written(PAGE, tables(bill)), (
        "run .venv/bin/python scripts/costs.py --write"
    )


def test_a_page_without_its_markers_is_not_overwritten(bill: Bill, tmp_path: Path) -> None:
    page = tmp_path / "costs.md"
    page.write_text("# Costs\n")

    with pytest.raises(ValueError, match=r"costs\.md must have the markers"):
        written(page, tables(bill))


def test_every_price_has_a_source_and_the_file_its_date(bill: Bill) -> None:
    assert isinstance(bill.data["collected_on"], date)
    for price in bill.data["prices"].values():
        assert price["source"].startswith("https://aws.amazon.com/")


def test_what_is_counted_is_what_prod_deploys(bill: Bill) -> None:
    prod = run_stack("prod")
    alarms = [each.inputs for each in prod.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")]
    function = prod.named("notifications-send-notification", FUNCTION)

    deliveries = prod.named("notifications-deliveries", "aws:dynamodb/table:Table").inputs

    assert bill.program == {
        "deliveries_indexes": len(deliveries["globalSecondaryIndexes"]),
        "alarms": sum(
            sum("metric" in query for query in each.get("metricQueries", [])) or 1
            for each in alarms
        ),
        "dashboards": len(prod.of_type("aws:cloudwatch/dashboard:Dashboard")),
        "metrics": len(metrics_of(Report(), dead_letters=0)),
        "outbox_shards": len(SHARDS),
        "channels": len(json.loads(function.inputs["environment"]["variables"]["CHANNELS"])),
        "memory_gb": function.inputs["memorySize"] / 1024,
        "relay_runs_per_month": 730 * 60,
    }


def test_a_million_by_hand(bill: Bill) -> None:
    def cost(way: str) -> float:
        return round(per_million(bill.ways()[way], MONTH), 2)

    # A request; a month of 730 hours is 657,000 idle polls of five pollers every 20 s: $0.26.
    assert cost("Lambda's own queue (this project)") == 0.20
    assert cost("SQS, full batches") == round(0.40 + 0.04 + 0.04 + 0.02 + 0.2628, 2) == 0.76
    assert cost("SQS, batches of one") == round(3 * 0.40 + 0.20 + 0.2628, 2) == 1.66
    assert cost("SNS") == 0.50 + 0.20
    assert cost("EventBridge") == 1.00 + 0.20
    assert cost("Step Functions, express") == round(1.00 + 0.104 + 0.20, 2) == 1.30
    assert cost("Step Functions, standard") == 2 * 25.00 + 0.20


def test_the_reliability_of_a_million_by_hand(bill: Bill) -> None:
    items = bill.reliability()

    # Two writes of a delivery, each in the table and in its index; half a read of the breaker.
    outbox, deliveries, breaker = 4 * 0.625, 2 * 2 * 0.625, 0.5 * 0.125
    waiting = 1_000_000 * 0.01 * 0.5 * 0.0000133334
    assert sum(item.usd_per_event for item in items) * MONTH == pytest.approx(
        outbox + deliveries + breaker + waiting
    )
    runs = 43_800 * (0.0000002 + 0.000001 + 0.3 * 0.5 * 0.0000133334)
    queries = 43_800 * 16 * 0.000000125
    counted = 0.30 * bill.program["metrics"] + 0.10 * bill.program["alarms"]
    boards = 3.00 * bill.program["dashboards"]
    assert sum(item.usd_per_month for item in items) == pytest.approx(
        runs + queries + counted + boards
    )


def test_a_price_that_doubles_doubles_what_is_computed_from_it(bill: Bill) -> None:
    data = tomllib.loads(PRICES.read_text())
    data["prices"]["sns_publish"]["usd"] *= 2

    dearer = per_million(Bill(data).ways()["SNS"], MONTH)

    assert dearer == pytest.approx(per_million(bill.ways()["SNS"], MONTH) + 0.50)


def test_the_page_states_what_reliability_costs(bill: Bill) -> None:
    transport = bill.usd("lambda_request")
    added = sum(item.usd_per_event for item in bill.reliability())
    channel = sum(
        item.usd_per_event for item in bill.reliability() if item.what.endswith("per channel")
    )

    page = PAGE.read_text()
    assert f"costs {added / transport:.0f} times as much on top" in page
    assert f"| a channel | ${channel * MONTH:.2f} a million |" in page


def test_the_list_of_patterns_has_the_computed_price_of_a_handoff(bill: Bill) -> None:
    ours = [*next(iter(bill.ways().values())), *bill.reliability()]

    assert (
        f"[{per_million(ours, MONTH):.2f}](costs.md)" in (PAGE.parent / "patterns.md").read_text()
    )
