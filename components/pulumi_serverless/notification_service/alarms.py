"""The alarms of a notification service: on its deliveries table, and on its circuit breakers."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.table import Table
from serverless_runtime.notification_service.metrics import CIRCUIT_BREAKER_OPENED, NAMESPACE


def notification_alarms(name: str, deliveries: Table, foundation: Foundation) -> list[AlarmArgs]:
    """Return the alarms on throttled deliveries, and on a provider that fails."""
    return [
        throttled_alarm(
            "deliveries-throttled",
            deliveries,
            table_label=f"the deliveries table of {name}",
            foundation=foundation,
        ),
        AlarmArgs(
            id="circuit-breaker-open",
            description=f"The circuit breaker of a channel of {name} opened, after five "
            "failures in a row: nothing is sent to its provider for now. Events on this channel "
            "are retried, then dead-lettered.",
            metric=own_metric(NAMESPACE, CIRCUIT_BREAKER_OPENED, "Sum", component=name),
            # While the provider is down and events come, a probe fails at least this often.
            period_seconds=300,
            foundation=foundation,
        ),
    ]
