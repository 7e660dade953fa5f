"""The body of a CloudWatch dashboard, made of the rows that components declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.metric import Metric

COLUMNS = 24
_MOST_GRAPHS = 6
_TITLE_HEIGHT = 1
_GRAPH_HEIGHT = 6
_ALARMS_HEIGHT = 4


@dataclass(frozen=True, kw_only=True)
class MetricGraph(Arguments):
    """One graph of several metrics."""

    title: str
    """Title above the graph."""

    lines: Mapping[str, Metric]
    """Metrics by their labels."""


def metric_graph(
    title: str,
    metric: Callable[[str, str], Metric],
    statistic: str,
    lines: Mapping[str, str],
) -> MetricGraph:
    """Return the graph of one component's metrics: `metric` is its method, `lines` their names by
    labels."""
    return MetricGraph(
        title=title, lines={label: metric(name, statistic) for label, name in lines.items()}
    )


@dataclass(frozen=True, kw_only=True)
class DashboardRow(Arguments):
    """Graphs side by side, under one title."""

    title: str
    """Title above the row."""

    graphs: Annotated[Sequence[MetricGraph], Size(1, _MOST_GRAPHS)]
    """1 to 6."""


def dashboard_body(
    rows: Sequence[DashboardRow],
    alarm_arns: Sequence[pulumi.Input[str]],
    region: pulumi.Input[str],
) -> pulumi.Input[str]:
    """Return the rows from top to bottom, and below them the states of up to 100 alarms.

    Widgets are placed on a grid of 24 columns.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    widgets, y = [], 0
    for row in rows:
        widgets.append(_title(row.title, y))
        y += _TITLE_HEIGHT
        width = COLUMNS // len(row.graphs)
        for number, each in enumerate(row.graphs):
            place = {"x": number * width, "y": y, "width": width, "height": _GRAPH_HEIGHT}
            widgets.append({"type": "metric", **place, "properties": _properties(each, region)})
        y += _GRAPH_HEIGHT
    widgets.append(_title("Alarms", y))
    place = {"x": 0, "y": y + _TITLE_HEIGHT, "width": COLUMNS, "height": _ALARMS_HEIGHT}
    alarms = {"title": "Each alarm's description names its runbook page", "alarms": alarm_arns}
    widgets.append({"type": "alarm", **place, "properties": alarms})
    return json_text({"widgets": widgets})


def _title(text: str, y: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "width": COLUMNS, "height": _TITLE_HEIGHT}
    return {"type": "text", **place, "properties": {"markdown": f"## {text}"}}


def _properties(graph: MetricGraph, region: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "title": graph.title,
        "view": "timeSeries",
        "stacked": False,
        "region": region,
        "period": 60,
        "metrics": [_line(label, metric) for label, metric in graph.lines.items()],
        "yAxis": {"left": {"min": 0}},
    }


def _line(label: str, metric: Metric) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [
        metric.namespace,
        metric.name,
        *dimensions,
        {"stat": metric.statistic, "label": label},
    ]
