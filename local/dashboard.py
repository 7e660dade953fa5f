"""The stack's dashboard as a page of this machine, filled from the emulator."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from local.emulator.clients import Clients

PERIOD_SECONDS = 60
HOURS_SHOWN = 1

_STYLE = """
body { font: 14px system-ui, sans-serif; margin: 1rem; color: #222; }
main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 30px; gap: 6px; }
section { border: 1px solid #ccc; border-radius: 4px; padding: 4px 8px; overflow: auto; }
section.text { border: 0; padding: 0; overflow: hidden; }
h2, h3 { font-size: 1rem; margin: 0; } p { margin: 0; color: #666; }
svg { width: 100%; height: 90px; } polyline { fill: none; stroke-width: 1.5; }
.axis { fill: none; stroke: #999; } polyline, .axis { vector-effect: non-scaling-stroke; }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 12px; }
li b { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
.ALARM { color: #b00020; font-weight: bold; } .OK { color: #1b7f3b; }
"""
_WIDTH, _HEIGHT = 300, 100
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")

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
    paginator = client("cloudwatch").get_paginator("describe_alarms")
    alarms = {
        alarm["AlarmArn"]: alarm
        # CloudWatch leaves composite alarms out unless asked.
        for page in paginator.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        for alarm in (*page["MetricAlarms"], *page["CompositeAlarms"])
    }
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


def write_page(client: Clients, name: str, file: Path) -> None:
    """Write the dashboard `name`, as the emulator has it now, to `file`."""
    partial = file.with_suffix(".partial")
    partial.write_text(render(take_readings(client, name)))
    partial.rename(file)


def render(readings: Readings) -> str:
    """Return the page as HTML."""
    at = datetime.fromtimestamp(readings.until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    name = escape(readings.name)
    parts = "\n".join(
        _part(number, widget, readings) for number, widget in enumerate(readings.widgets)
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>
<body>
<h1>{name}</h1>
<p>The last hour until {at}, from the emulator on this machine.</p>
<main>
{parts}
</main>
</body>
</html>
"""


def _part(number: int, widget: Widget, readings: Readings) -> str:
    place = (
        f"grid-column: {widget['x'] + 1} / span {widget['width']}; "
        f"grid-row: {widget['y'] + 1} / span {widget['height']}"
    )
    inside = _INSIDE[widget["type"]](number, widget["properties"], readings)
    return f'<section class="{escape(widget["type"])}" style="{place}">{inside}</section>'


def _text(_: int, properties: Mapping[str, Any], __: Readings) -> str:
    return f"<h2>{escape(properties['markdown'].lstrip('# '))}</h2>"


def _graph(number: int, properties: Mapping[str, Any], readings: Readings) -> str:
    lines = [
        (line[-1]["label"], readings.lines.get((number, place), ()))
        for place, line in enumerate(properties["metrics"])
    ]
    return _draw(properties["title"], lines, since=readings.since, until=readings.until)


def _alarms(_: int, properties: Mapping[str, Any], readings: Readings) -> str:
    states = [readings.alarms[arn] for arn in properties["alarms"]]
    entries = "".join(
        f'<li title="{escape(alarm["AlarmDescription"])}">{escape(alarm["AlarmName"])}: '
        f'<span class="{alarm["StateValue"]}">{alarm["StateValue"]}</span></li>'
        for alarm in states
    )
    return f"<h3>{escape(properties['title'])}</h3><ul>{entries}</ul>"


_INSIDE = {"text": _text, "metric": _graph, "alarm": _alarms}


def _draw(title: str, lines: Sequence[tuple[str, Points]], *, since: float, until: float) -> str:
    """Return a graph as SVG with its legend; one without points says so."""
    if not any(points for _, points in lines):
        return f"<h3>{escape(title)}</h3><p class='none'>no data here</p>"
    top = max(1.0, *(value for _, points in lines for _, value in points))
    drawn, legend = "", ""
    for (label, points), colour in zip(lines, itertools.cycle(_COLOURS), strict=False):
        drawn += _line(points, colour, since=since, until=until, top=top)
        latest = f"{points[-1][1]:g}" if points else "no data here"
        legend += f"<li><b style='background:{colour}'></b>{escape(label)}: {latest}</li>"
    return (
        f"<h3>{escape(title)}</h3>"
        f"<svg viewBox='-4 -4 {_WIDTH + 8} {_HEIGHT + 8}' preserveAspectRatio='none' role='img' "
        f"aria-label='{escape(title, quote=True)}'>"
        f"<path class='axis' d='M0 0V{_HEIGHT}H{_WIDTH}'/>{drawn}</svg>"
        f"<p class='top'>up to {top:g}</p><ul>{legend}</ul>"
    )


def _line(points: Points, colour: str, *, since: float, until: float, top: float) -> str:
    places = [
        (
            max(0.0, (timestamp - since) / (until - since)) * _WIDTH,
            _HEIGHT - max(0.0, value) / top * _HEIGHT,
        )
        for timestamp, value in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2'/>" for x, y in places)
    return f"<g fill='{colour}' stroke='{colour}'><polyline points='{path}'/>{dots}</g>"
