"""The Task Service's rows of the dashboard: its API, its functions, the events it hands off."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.metric import Metric, own_metric
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph, metric_graph
from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.shared.metrics import EVENT_TYPE


def api_row(name: str, api: HttpApi) -> DashboardRow:
    """Return the requests of clients, and how long they take."""
    requests = {"requests": "Count", "4xx": "4xx", "5xx": "5xx"}
    latency = {each: api.metric("Latency", each) for each in ("p50", "p99")}
    return DashboardRow(
        title=f"Clients → API of {name}",
        graphs=[
            metric_graph("Requests", api.metric, "Sum", requests),
            MetricGraph(title="Latency (ms)", lines=latency),
        ],
    )


def functions_row(name: str, functions: Sequence[PythonFunction]) -> DashboardRow:
    """Return the errors, throttles and durations of each function, and what it handed off."""
    wanted = (
        ("Errors", "Errors", "Sum"),
        ("Throttles", "Throttles", "Sum"),
        ("Longest run (ms)", "Duration", "Maximum"),
    )
    graphs = [
        MetricGraph(
            title=title,
            lines={
                function.logical_name.removeprefix(f"{name}-"): function.metric(metric, statistic)
                for function in functions
            },
        )
        for title, metric, statistic in wanted
    ]
    events: dict[str, Metric] = {
        each: own_metric(
            NAMESPACE, HANDED_OFF, "Sum", component=name, dimensions={EVENT_TYPE: each}
        )
        for each in EVENT_TYPES
    }
    handed_off = MetricGraph(title="Events handed off by the caller", lines=events)
    return DashboardRow(title=f"Functions of {name}", graphs=[*graphs, handed_off])
