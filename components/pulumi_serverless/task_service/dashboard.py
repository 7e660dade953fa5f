"""What the Task Service's dashboard shows besides that of any web service."""

from __future__ import annotations

from pulumi_serverless.blocks.metric import Metric, own_metric
from pulumi_serverless.blocks.monitoring.dashboard import MetricGraph
from serverless_runtime.contracts.event_types import EVENT_TYPES
from serverless_runtime.handoff.metrics import HANDED_OFF, NAMESPACE
from serverless_runtime.shared.metrics import EVENT_TYPE


def handed_off_graph(name: str) -> MetricGraph:
    """Return the events that its functions handed off."""
    events: dict[str, Metric] = {
        each: own_metric(
            NAMESPACE, HANDED_OFF, "Sum", component=name, dimensions={EVENT_TYPE: each}
        )
        for each in EVENT_TYPES
    }
    return MetricGraph(title="Events handed off by the caller", lines=events)
