"""The alarms of a notification service: on its circuit breakers; its leases have their own."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from serverless_runtime.notification_service.metrics import CIRCUIT_BREAKER_OPENED, NAMESPACE


def notification_alarms(name: str, foundation: Foundation) -> list[AlarmArgs]:
    """Return the alarm on a provider that fails."""
    return [
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
