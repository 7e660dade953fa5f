"""What the dashboard shows about an HTTP API, and about the functions behind it."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph, metric_graph


def api_graphs(api: HttpApi) -> list[MetricGraph]:
    """Return the requests of clients, and how long they take."""
    requests = {"requests": "Count", "4xx": "4xx", "5xx": "5xx"}
    latency = {each: api.metric("Latency", each) for each in ("p50", "p99")}
    return [
        metric_graph("Requests", api.metric, "Sum", requests),
        MetricGraph(title="Latency (ms)", lines=latency),
    ]


def functions_row(title: str, functions: Mapping[str, PythonFunction]) -> DashboardRow:
    """Return the errors, throttles and durations of functions, by their labels."""
    wanted = (
        ("Errors", "Errors", "Sum"),
        ("Throttles", "Throttles", "Sum"),
        ("Longest run (ms)", "Duration", "Maximum"),
    )
    graphs = [
        MetricGraph(
            title=title,
            lines={
                label: function.metric(metric, statistic) for label, function in functions.items()
            },
        )
        for title, metric, statistic in wanted
    ]
    return DashboardRow(title=title, graphs=graphs)
