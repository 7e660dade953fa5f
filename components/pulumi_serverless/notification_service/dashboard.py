"""What there is to see of the channels: what became of notifications, and their breakers."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_serverless.blocks.monitoring.dashboard import Graph, Stage
from pulumi_serverless.blocks.monitoring.metric import Metric
from pulumi_serverless.notification_service.notification_service import NotificationService
from serverless_runtime.notification_service.metrics import (
    CHANNEL,
    CIRCUIT_BREAKER_OPENED,
    DEAD_LETTERED,
    DELIVERED,
    DUPLICATE,
    NAMESPACE,
    REPLAYED,
)
from serverless_runtime.shared.metrics import EVENT_TYPE, STACK


def channel_stage(notifications: NotificationService) -> Stage:
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
                    name, {EVENT_TYPE: event_type, CHANNEL: channel.name}
                )
                for channel in notifications.channels
                for event_type in channel.events
            },
        )
        for title, name in wanted.items()
    ]
    breakers = {
        channel.name: _counted(CIRCUIT_BREAKER_OPENED, {CHANNEL: channel.name})
        for channel in notifications.channels
    }
    opened = Graph(title="Breakers opened", lines=breakers)
    return Stage(title="Channels: target → people", graphs=[*counts, opened])


def _counted(name: str, dimensions: Mapping[str, str]) -> Metric:
    stack = f"{pulumi.get_project()}-{pulumi.get_stack()}"
    return Metric(
        namespace=NAMESPACE, name=name, dimensions={STACK: stack, **dimensions}, statistic="Sum"
    )
