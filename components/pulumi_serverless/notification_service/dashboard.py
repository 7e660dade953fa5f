"""The Notification Service's row of the dashboard: what became of notifications."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_serverless.blocks.metric import Metric, own_metric
from pulumi_serverless.blocks.monitoring.circuit_breakers import opened_graph
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from serverless_runtime.notification_service.metrics import (
    CHANNEL,
    DEAD_LETTERED,
    DELIVERED,
    DUPLICATE,
    NAMESPACE,
    REPLAYED,
)
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.shared.metrics import EVENT_TYPE


def channels_row(name: str, channels: Sequence[ChannelSettings]) -> DashboardRow:
    """Return what became of notifications, by channel and type of event."""

    def counted(metric: str, dimensions: dict[str, str]) -> Metric:
        return own_metric(NAMESPACE, metric, "Sum", component=name, dimensions=dimensions)

    wanted = {
        "Delivered": DELIVERED,
        "Duplicates skipped": DUPLICATE,
        "Dead-lettered without retries": DEAD_LETTERED,
        "Replayed": REPLAYED,
    }
    counts = [
        MetricGraph(
            title=title,
            lines={
                f"{channel.name} {event_type}": counted(
                    metric, {EVENT_TYPE: event_type, CHANNEL: channel.name}
                )
                for channel in channels
                for event_type in channel.events
            },
        )
        for title, metric in wanted.items()
    ]
    opened = opened_graph(name, [channel.name for channel in channels])
    return DashboardRow(title=f"Channels of {name}", graphs=[*counts, opened])
