"""The Task Service's rows of the dashboard: its API, its functions, the events it hands off."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, Graph
from pulumi_serverless.blocks.names import stack_name
from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.shared.metrics import EVENT_TYPE, STACK


def api_row(name: str, api: HttpApi) -> DashboardRow:
    """Return the requests of clients, and how long they take."""
    requests = {"requests": "Count", "4xx": "4xx", "5xx": "5xx"}
    percentiles = ("p50", "p99")
    return DashboardRow(
        title=f"Clients → API of {name}",
        graphs=[
            Graph(
                title="Requests",
                lines={label: api.metric(metric, "Sum") for label, metric in requests.items()},
            ),
            Graph(
                title="Latency (ms)",
                lines={each: api.metric("Latency", each) for each in percentiles},
            ),
        ],
    )


def functions_row(name: str, functions: Sequence[PythonFunction]) -> DashboardRow:
    """Return what becomes of the invocations of each function."""
    wanted = (
        ("Errors", "Errors", "Sum"),
        ("Throttles", "Throttles", "Sum"),
        ("Longest run (ms)", "Duration", "Maximum"),
    )
    graphs = [
        Graph(
            title=title,
            lines={
                function.logical_name.removeprefix(f"{name}-"): function.metric(metric, statistic)
                for function in functions
            },
        )
        for title, metric, statistic in wanted
    ]
    return DashboardRow(title=f"Functions of {name}", graphs=[*graphs, _events()])


def _events() -> Graph:
    return Graph(
        title="Events handed off at once",
        lines={
            event_type: Metric(
                namespace=NAMESPACE,
                name=HANDED_OFF,
                dimensions={STACK: stack_name(), EVENT_TYPE: event_type},
                statistic="Sum",
            )
            for event_type in EVENT_TYPES
        },
    )
