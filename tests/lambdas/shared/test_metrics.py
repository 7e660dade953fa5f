"""Metrics are lines in the embedded metric format, with few dimensions."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from serverless_runtime.shared.metrics import EVENT_TYPE, Counter, metrics_line, write_metrics


def test_a_line_is_one_document_of_the_embedded_metric_format() -> None:
    line = metrics_line(
        {"Age": ("Seconds", 1.5), "Waiting": ("Count", 2)},
        {"Shop": "north"},
        namespace="Shops",
        at_ms=1_700_000,
    )

    assert "\n" not in line
    assert json.loads(line) == {
        "_aws": {
            "Timestamp": 1_700_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Shops",
                    "Dimensions": [["Shop"]],
                    "Metrics": [
                        {"Name": "Age", "Unit": "Seconds"},
                        {"Name": "Waiting", "Unit": "Count"},
                    ],
                }
            ],
        },
        "Shop": "north",
        "Age": 1.5,
        "Waiting": 2,
    }


def test_a_total_is_the_same_line_with_one_dimension_alone() -> None:
    line = metrics_line(
        {"Sold": ("Count", 1)},
        {"Shop": "north", "Kind": "tea"},
        namespace="Shops",
        at_ms=1,
        totals_by="Shop",
    )

    [directive] = json.loads(line)["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Shop", "Kind"], ["Shop"]]


def test_a_line_is_printed_as_it_is_with_its_timestamp(capsys: pytest.CaptureFixture[str]) -> None:
    write_metrics({"Age": ("Seconds", 1)}, {}, namespace="Shops", clock=lambda: 12.5)

    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["_aws"]["Timestamp"] == 12_500


def test_what_is_counted_belongs_to_its_namespace_and_stack(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Counter("Shops", "shop-dev-orders").count(
        "Sold", {EVENT_TYPE: "order.placed.v1", "Shop": "north"}
    )

    counted: dict[str, Any] = json.loads(capsys.readouterr().out)
    [directive] = counted["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Shops"
    assert directive["Dimensions"] == [["Component", "EventType", "Shop"]]
    assert (counted["Component"], counted["EventType"]) == ("shop-dev-orders", "order.placed.v1")
    assert (counted["Shop"], counted["Sold"]) == ("north", 1)


def test_a_line_is_out_before_the_function_can_be_killed() -> None:
    program = (
        "import os\n"
        "from serverless_runtime.shared.metrics import write_metrics\n"
        "write_metrics({'Sold': ('Count', 1)}, {}, namespace='Shops')\n"
        "os._exit(9)\n"
    )
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", program],
        env={"PYTHONPATH": "lambdas"},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, json.loads(done.stdout)["Sold"]) == (9, 1)
