"""What happened, as CloudWatch metrics: lines in the embedded metric format.

CloudWatch Logs makes metrics of a line that is such a JSON object and nothing else.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

Every new set of dimension values is a metric that is paid for ($0.30 a month): dimensions hold
names of which there are few, never an id.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAMESPACE = "Handoff"
STACK = "Stack"
EVENT_TYPE = "EventType"
CHANNEL = "Channel"

HANDED_OFF = "HandedOff"
"""Accepted by Lambda at its caller's first try; what comes later is the relay's RelayHandedOff."""

DELIVERED = "Delivered"
DUPLICATE = "Duplicate"
"""Had been delivered before, and was skipped."""

DEAD_LETTERED = "DeadLettered"
"""By the target itself; what Lambda gives up is its own AsyncEventsDropped."""

REPLAYED = "Replayed"
"""Delivered after a replay; counts as delivered, too."""

BREAKER_OPENED = "BreakerOpened"

Values = Mapping[str, tuple[str, float]]
"""Unit and value by the metric's name, such as `{"HandedOff": ("Count", 1)}`."""


@dataclass(frozen=True, kw_only=True)
class MetricsSettings:
    metrics_stack: str
    """Value of the dimension `Stack`: project and stack, because metrics are the account's."""


def metrics_line(
    values: Values, dimensions: Mapping[str, str], *, at_ms: int, totals_by: str | None = None
) -> str:
    """Return the line, without a line end; `at_ms` is the metrics' moment, epoch milliseconds.

    `totals_by` is one of the dimensions: the metrics come a second time with that one alone.
    """
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions), *([[totals_by]] if totals_by else [])],
        "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in values.items()],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]},
            **dimensions,
            **{name: value for name, (_, value) in values.items()},
        }
    )


def write_metrics(
    values: Values,
    dimensions: Mapping[str, str],
    *,
    totals_by: str | None = None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Print the line."""
    line = metrics_line(values, dimensions, at_ms=int(clock() * 1000), totals_by=totals_by)
    # Not through logging, which would wrap the line in a record of its own.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Counter:
    """Counts what happens in one stack."""

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def count(self, name: str, dimensions: Mapping[str, str], *, with_total: bool = False) -> None:
        """Count one more `name`, by names such as `{EVENT_TYPE: "task.created.v1"}`.

        With a total, an alarm can look at all of the stack's in one metric.
        """
        write_metrics(
            {name: ("Count", 1)},
            {STACK: self._stack, **dimensions},
            totals_by=STACK if with_total else None,
        )
