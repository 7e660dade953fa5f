"""How circuit breakers are watched: their alarm, their graph, and where tools find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.dashboard import MetricGraph
from pulumi_serverless.blocks.table import Table
from serverless_runtime.circuit_breaker.metrics import CIRCUIT, NAMESPACE, OPENED


def opened_alarm(name: str, description: str, foundation: Foundation) -> AlarmArgs:
    """Return the alarm on circuit breakers of the component `name` that open."""
    return AlarmArgs(
        id="circuit-breaker-open",
        description=description,
        metric=own_metric(NAMESPACE, OPENED, "Sum", component=name),
        # While the provider is down and is needed, a probe fails at least this often.
        period_seconds=300,
        foundation=foundation,
    )


def opened_graph(name: str, circuits: Sequence[str]) -> MetricGraph:
    """Return how often each circuit breaker of the component `name` opened."""
    return MetricGraph(
        title="Circuit breakers opened",
        lines={
            circuit: own_metric(
                NAMESPACE, OPENED, "Sum", component=name, dimensions={CIRCUIT: circuit}
            )
            for circuit in circuits
        },
    )


def circuit_breakers_section(
    name: str, table: Table, circuits: Sequence[str], key: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return what tools need to find the rows; `key` is that of a row."""
    rows = {"tableName": table.name, "circuits": list(circuits), "key": dict(key)}
    return {"circuitBreakers": {name: rows}}
