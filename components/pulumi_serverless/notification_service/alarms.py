"""The alarms of the Notification Service: on its deliveries table, and on its circuit breakers."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.metric import Metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.names import stack_name
from pulumi_serverless.blocks.table import Table
from serverless_runtime.notification_service.metrics import CIRCUIT_BREAKER_OPENED, NAMESPACE
from serverless_runtime.shared.metrics import STACK


def notification_alarms(name: str, table: Table, *, foundation: Foundation) -> list[AlarmArgs]:
    """Return the alarms of the service `name`."""
    throttled = throttled_alarm(
        "deliveries-throttled",
        table,
        table_label=f"the deliveries table of {name}",
        foundation=foundation,
    )
    circuit_breaker_open = AlarmArgs(
        id="circuit-breaker-open",
        description=f"The circuit breaker of a channel of {name} opened, after five failures in a "
        "row: nothing is sent to its provider for now. Events on this channel are retried, then "
        "dead-lettered.",
        metric=Metric(
            namespace=NAMESPACE,
            name=CIRCUIT_BREAKER_OPENED,
            dimensions={STACK: stack_name()},
            statistic="Sum",
        ),
        # While the provider is down and events come, a probe fails at least this often.
        period_seconds=300,
        foundation=foundation,
    )
    return [throttled, circuit_breaker_open]
