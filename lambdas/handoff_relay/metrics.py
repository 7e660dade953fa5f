"""A run's report as CloudWatch metrics: one line in the embedded metric format.

CloudWatch Logs makes metrics of a line that is such a JSON object and nothing else.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json

from lambdas.handoff_relay.relay import Report
from lambdas.handoff_relay.settings import DIMENSION, NAMESPACE, OLDEST_AGE


def metrics_line(report: Report, *, handoff_name: str, at_ms: int) -> str:
    """Return the line, without a line end; `at_ms` is the metrics' moment, epoch milliseconds."""
    metrics: dict[str, tuple[str, float]] = {
        OLDEST_AGE: ("Seconds", report.oldest_age_seconds),
        "OutboxBacklog": ("Count", report.backlog),
        "RelayHandedOff": ("Count", report.handed_off),
        "RelayFailed": ("Count", report.failed),
    }
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [[DIMENSION]],
        "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]},
            DIMENSION: handoff_name,
            **{name: value for name, (_, value) in metrics.items()},
        }
    )
