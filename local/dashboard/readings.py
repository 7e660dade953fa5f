"""Reads the data of each line and each alarm of a dashboard from the emulator."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.emulator.clients import Clients

PERIOD_SECONDS = 60
HOURS_SHOWN = 1

Widget = Mapping[str, Any]
Points = Sequence[tuple[float, float]]
"""Timestamps (epoch seconds) and values, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Everything that the page shows."""

    name: str
    widgets: Sequence[Widget]
    lines: Mapping[tuple[int, int], Points]
    """By the number of the widget, and of the line in it."""

    alarms: Mapping[str, Mapping[str, Any]]
    """Alarms as CloudWatch describes them, by ARN."""

    until: float
    """Where the graphs end, epoch seconds."""

    @property
    def since(self) -> float:
        return self.until - HOURS_SHOWN * 3600


def take_readings(client: Clients, name: str) -> Readings:
    """Read the dashboard `name`, its metrics of the last hour, and the states of all alarms."""
    until = time.time()
    body = client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate()
    alarms = {alarm["AlarmArn"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    return Readings(
        name=name,
        widgets=widgets,
        lines=_lines(client, widgets, until),
        alarms=alarms,
        until=until,
    )


def _lines(
    client: Clients, widgets: Sequence[Widget], until: float
) -> dict[tuple[int, int], Points]:
    places = {
        f"line_{number}_{line}": (number, line)
        for number, widget in enumerate(widgets)
        for line in range(len(widget["properties"].get("metrics", ())))
    }
    queries = [
        {"Id": query_id, "MetricStat": _source(widgets[number]["properties"]["metrics"][line])}
        for query_id, (number, line) in places.items()
    ]
    response = client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=until - HOURS_SHOWN * 3600, EndTime=until
    )
    return {
        places[each["Id"]]: sorted(
            (timestamp.timestamp(), value)
            for timestamp, value in zip(each["Timestamps"], each["Values"], strict=True)
        )
        for each in response["MetricDataResults"]
    }


def _source(line: Sequence[Any]) -> dict[str, Any]:
    namespace, name, *dimensions, options = line
    pairs = zip(dimensions[::2], dimensions[1::2], strict=True)
    return {
        "Metric": {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in pairs],
        },
        "Period": PERIOD_SECONDS,
        "Stat": options["stat"],
    }
