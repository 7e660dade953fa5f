"""Computes what handoffs cost from docs/prices.toml, as the tables of docs/costs.md.

python scripts/costs.py            prints the tables
python scripts/costs.py --write    puts them into the page, between its two markers
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PRICES = ROOT / "docs" / "prices.toml"
PAGE = ROOT / "docs" / "costs.md"
END = "<!-- end of computed part -->\n"

LOADS = (10_000, 1_000_000, 100_000_000)
MILLION = 1_000_000
SECONDS_PER_MONTH = 730 * 3_600

# Writes of one unit each; those in a transaction count twice.
OUTBOX_WRITES = 4  # two rows in a transaction and a deletion, less the caller's own plain write
DELIVERY_WRITES = 2  # one to begin, one to end
BREAKER_READ_UNITS = 0.5  # eventually consistent


@dataclass(frozen=True)
class Item:
    """One line of a bill."""

    what: str
    usd_per_event: float = 0.0
    usd_per_month: float = 0.0


class Bill:
    """Prices and quantities of docs/prices.toml, and the items computed from them."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.program: dict[str, float] = data["program"]
        self.assumed: dict[str, float] = data["assumed"]

    def usd(self, unit: str, count: float = 1.0) -> float:
        """Price of `count` units."""
        price = self.data["prices"][unit]
        return float(count * price["usd"] / price["per"])

    def ways(self) -> dict[str, list[Item]]:
        """Each way to hand work to a function, without anything that makes it reliable."""
        run = self.usd("lambda_request")
        batch, express = self.assumed["sqs_batch"], self.assumed["express_seconds"]
        polls = self.assumed["sqs_idle_pollers"] * SECONDS_PER_MONTH
        idle = self.usd("sqs_request", polls / self.assumed["sqs_poll_seconds"])
        express_run = self.usd("step_functions_express_request") + self.usd(
            "step_functions_express_gb_second", express * self.assumed["express_gb"]
        )
        return {
            "Lambda's own queue (this project)": [Item("invoke", run)],
            "SQS, full batches": [
                Item("send", self.usd("sqs_request")),
                Item("receive, delete, run", (self.usd("sqs_request", 2) + run) / batch, idle),
            ],
            "SNS": [Item("publish", self.usd("sns_publish")), Item("run", run)],
            "EventBridge": [Item("put", self.usd("eventbridge_event")), Item("run", run)],
            "SQS, batches of one": [
                Item("send, receive, delete", self.usd("sqs_request", 3), idle),
                Item("run", run),
            ],
            "Step Functions, express": [Item("execution", express_run), Item("run", run)],
            "Step Functions, standard": [
                Item("two transitions", self.usd("step_functions_transition", 2)),
                Item("run", run),
            ],
        }

    def reliability(self) -> list[Item]:
        """What this project adds so that nothing is lost, sent twice, or fails silently."""
        runs, program = self.program["relay_runs_per_month"], self.program
        waiting = self.assumed["caller_waits_seconds"] * program["memory_gb"]
        working = self.assumed["relay_run_seconds"] * program["memory_gb"] * runs
        deliveries = DELIVERY_WRITES * (1 + program["deliveries_indexes"])
        breaker = self.assumed["breaker_reads_per_event"] * BREAKER_READ_UNITS
        return [
            Item("outbox: 4 write units", self.usd("dynamodb_write_unit", OUTBOX_WRITES)),
            Item("the caller's longer run", self.usd("lambda_gb_second_arm", waiting)),
            Item(
                f"deliveries: {deliveries} write units per channel",
                self.usd("dynamodb_write_unit", deliveries * program["channels"]),
            ),
            Item(
                "circuit breakers: one read per channel",
                self.usd("dynamodb_read_unit", breaker * program["channels"]),
            ),
            Item(
                "relay: one run per minute, and its schedule",
                usd_per_month=self.usd("lambda_request", runs)
                + self.usd("scheduler_invocation", runs)
                + self.usd("lambda_gb_second_arm", working),
            ),
            Item(
                "relay: one query per shard and run",
                usd_per_month=self.usd("dynamodb_read_unit", runs * program["outbox_shards"]),
            ),
            Item(
                f"{program['metrics']} metrics of the relay",
                usd_per_month=self.usd("cloudwatch_metric_month", program["metrics"]),
            ),
            Item(
                f"{program['alarms']} metrics that alarms evaluate",
                usd_per_month=self.usd("cloudwatch_alarm_month", program["alarms"]),
            ),
            Item(
                f"{program['dashboards']} dashboards",
                usd_per_month=self.usd("cloudwatch_dashboard_month", program["dashboards"]),
            ),
        ]


def per_million(items: list[Item], events_per_month: int) -> float:
    """USD per million events, at that many events a month."""
    each = sum(item.usd_per_event for item in items)
    return each * MILLION + sum(item.usd_per_month for item in items) * MILLION / events_per_month


def tables(bill: Bill) -> str:
    """The computed part of the page."""
    transport, reliability = bill.ways(), bill.reliability()
    ours = next(iter(transport.values())) + reliability
    rows = {**transport, "**this project, reliability included**": ours}
    loads = " | ".join(f"{load:,} a month" for load in LOADS)
    lines = [
        f"List prices of {bill.data['region']}, collected on {bill.data['collected_on']}.",
        "",
        f"| USD per million handoffs | {loads} |",
        "| --- |" + " ---: |" * len(LOADS),
        *(_row(way, [per_million(items, load) for load in LOADS]) for way, items in rows.items()),
        "",
        "| what reliability adds | USD per million | USD per month |",
        "| --- | ---: | ---: |",
        *(_row(i.what, [i.usd_per_event * MILLION, i.usd_per_month]) for i in reliability),
        _row(
            "**together**",
            [
                sum(item.usd_per_event for item in reliability) * MILLION,
                sum(item.usd_per_month for item in reliability),
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, numbers: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{number:,.2f}" for number in numbers) + " |"


def written(page: Path, computed: str, script: str = "costs") -> str:
    """The text of a page with its computed part replaced. ValueError if a marker is missing."""
    begin = f"<!-- computed by scripts/{script}.py -->\n"
    before, _, rest = page.read_text().partition(begin)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{page.name} must have the markers {begin!r} and {END!r}")
    return before + begin + computed + END + after


def main() -> None:
    """Print the tables, or write them into the page."""
    computed = tables(Bill(tomllib.loads(PRICES.read_text())))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written(PAGE, computed))
    else:
        sys.stdout.write(computed)


if __name__ == "__main__":
    main()
