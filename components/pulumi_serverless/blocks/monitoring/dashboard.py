"""One dashboard per stack, made of the rows that its components declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.names import stack_name

COLUMNS = 24
_TITLE_HEIGHT = 1
_GRAPH_HEIGHT = 6
_ALARMS_HEIGHT = 4


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One graph of several metrics."""

    title: str
    """What stands above the graph."""

    lines: Mapping[str, Metric]
    """Metrics by their labels."""


@dataclass(frozen=True, kw_only=True)
class DashboardRow:
    """Graphs side by side, under one title."""

    title: str
    """What stands above the row."""

    graphs: Sequence[Graph]
    """1 to 6."""


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What the dashboard shows, from top to bottom."""

    rows: Sequence[DashboardRow]
    alarm_arns: Sequence[pulumi.Input[str]]
    """Alarms whose states are shown at the bottom, up to 100."""


class Dashboard(pulumi.ComponentResource):
    """A CloudWatch dashboard, named after its stack."""

    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:Dashboard", name, {}, opts)
        region = aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=self)).region
        dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=stack_name(),
            dashboard_body=json_text({"widgets": _widgets(args, region)}),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = dashboard.dashboard_name
        self.register_outputs({"name": self.name})


def _widgets(args: DashboardArgs, region: pulumi.Input[str]) -> list[dict[str, Any]]:
    """The widgets on the grid of 24 columns.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    widgets, y = [], 0
    for row in args.rows:
        widgets.append(_title(row.title, y))
        y += _TITLE_HEIGHT
        width = COLUMNS // len(row.graphs)
        for number, graph in enumerate(row.graphs):
            place = {"x": number * width, "y": y, "width": width, "height": _GRAPH_HEIGHT}
            widgets.append({"type": "metric", **place, "properties": _properties(graph, region)})
        y += _GRAPH_HEIGHT
    widgets.append(_title("Alarms", y))
    place = {"x": 0, "y": y + _TITLE_HEIGHT, "width": COLUMNS, "height": _ALARMS_HEIGHT}
    alarms = {"title": "Each alarm's description names its runbook page", "alarms": args.alarm_arns}
    widgets.append({"type": "alarm", **place, "properties": alarms})
    return widgets


def _title(text: str, y: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "width": COLUMNS, "height": _TITLE_HEIGHT}
    return {"type": "text", **place, "properties": {"markdown": f"## {text}"}}


def _properties(graph: Graph, region: pulumi.Input[str]) -> dict[str, Any]:
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
