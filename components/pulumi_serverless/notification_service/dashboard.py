"""The Notification Service's row of the dashboard: what became of notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, Graph
from pulumi_serverless.blocks.names import stack_name
from serverless_runtime.notification_service.metrics import (
    CHANNEL,
    CIRCUIT_BREAKER_OPENED,
    DEAD_LETTERED,
    DELIVERED,
    DUPLICATE,
    NAMESPACE,
    REPLAYED,
)
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.shared.metrics import EVENT_TYPE, STACK


def channels_row(name: str, channels: Sequence[ChannelSettings]) -> DashboardRow:
    """Return what became of notifications, by channel and type of event."""
    wanted = {
        "Delivered": DELIVERED,
        "Duplicates skipped": DUPLICATE,
        "Dead-lettered at once": DEAD_LETTERED,
        "Replayed": REPLAYED,
    }
    counts = [
        Graph(
            title=title,
            lines={
                f"{channel.name} {event_type}": _counted(
                    metric, {EVENT_TYPE: event_type, CHANNEL: channel.name}
                )
                for channel in channels
                for event_type in channel.events
            },
        )
        for title, metric in wanted.items()
    ]
    breakers = {
        channel.name: _counted(CIRCUIT_BREAKER_OPENED, {CHANNEL: channel.name})
        for channel in channels
    }
    opened = Graph(title="Circuit breakers opened", lines=breakers)
    return DashboardRow(title=f"Channels of {name}", graphs=[*counts, opened])


def _counted(name: str, dimensions: Mapping[str, str]) -> Metric:
    return Metric(
        namespace=NAMESPACE,
        name=name,
        dimensions={STACK: stack_name(), **dimensions},
        statistic="Sum",
    )
