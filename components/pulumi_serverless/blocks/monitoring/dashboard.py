"""The body of a CloudWatch dashboard, made of the rows that components declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.argument_checks import Size
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.aws_limits import in_parts
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.metric import Metric

COLUMNS = 24
_MOST_GRAPHS = 6
_TITLE_HEIGHT = 1
_GRAPH_HEIGHT = 6
_ALARMS_HEIGHT = 4

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
_MOST_WIDGETS = 500
_MOST_METRICS = 2_500
_MOST_LINES = 500

_MOST_ALARMS = 100
"""In one widget.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""

_Widget = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MetricGraph(Arguments):
    """One graph of several metrics."""

    title: str
    """Title above the graph."""

    lines: Annotated[Mapping[str, Metric], Size(1, _MOST_LINES)]
    """Metrics by their labels, 1 to 500."""


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


def dashboard_bodies(
    rows: Sequence[DashboardRow],
    alarm_arns: Sequence[pulumi.Input[str]],
    region: pulumi.Input[str],
) -> list[pulumi.Input[str]]:
    """Return the rows from top to bottom, and below them the states of the alarms: as one
    dashboard, or as many as CloudWatch needs for them.

    Widgets are placed on a grid of 24 columns.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    pages: list[list[_Widget]] = [[]]
    for band in (*(_row(row, region) for row in rows), _alarms(alarm_arns)):
        if not _fits([*pages[-1], *band]):
            pages.append([])
        top = max((widget["y"] + widget["height"] for widget in pages[-1]), default=0)
        pages[-1] += [{**widget, "y": top + widget["y"]} for widget in band]
    return [json_text({"widgets": page}) for page in pages]


def _fits(widgets: Sequence[_Widget]) -> bool:
    metrics = sum(len(widget["properties"].get("metrics", ())) for widget in widgets)
    return len(widgets) <= _MOST_WIDGETS and metrics <= _MOST_METRICS


def _row(row: DashboardRow, region: pulumi.Input[str]) -> list[_Widget]:
    width = COLUMNS // len(row.graphs)
    graphs = [
        _widget("metric", _properties(graph, region), _GRAPH_HEIGHT, number * width, width)
        for number, graph in enumerate(row.graphs)
    ]
    return [_title(row.title), *graphs]


def _alarms(arns: Sequence[pulumi.Input[str]]) -> list[_Widget]:
    if not arns:
        return []
    title = "Each alarm's description names its runbook page"
    states = [
        _widget("alarm", {"title": title, "alarms": some}, _ALARMS_HEIGHT)
        for some in in_parts(arns, _MOST_ALARMS)
    ]
    for number, widget in enumerate(states):
        widget["y"] += number * _ALARMS_HEIGHT
    return [_title("Alarms"), *states]


def _title(text: str) -> _Widget:
    return {**_widget("text", {"markdown": f"## {text}"}, _TITLE_HEIGHT), "y": 0}


def _widget(
    kind: str, properties: dict[str, Any], height: int, x: int = 0, width: int = COLUMNS
) -> _Widget:
    """Return a widget right below its row's title."""
    place = {"x": x, "y": _TITLE_HEIGHT, "width": width, "height": height}
    return {"type": kind, **place, "properties": properties}


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
