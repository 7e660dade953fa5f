"""The alarms of a task service: on its API, and on its table."""

from __future__ import annotations

from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.table import Table


def task_alarms(
    name: str, api: HttpApi, table: Table, *, thresholds: ApiThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return the alarms on what clients of the API see, and on throttled tasks."""
    return [
        *api_alarms(name, api, thresholds=thresholds, foundation=foundation),
        throttled_alarm(
            "table-throttled",
            table,
            table_label=f"the table of {name}",
            foundation=foundation,
        ),
    ]
