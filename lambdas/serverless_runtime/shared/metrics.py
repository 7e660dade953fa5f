"""CloudWatch metrics written as log lines in the embedded metric format.

CloudWatch Logs turns a line that is such a JSON object, and nothing else, into metrics.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

Namespaces and names belong to the code that emits a metric. Every new set of dimension values is
paid for ($0.30 a month): dimensions hold names of which there are few, never an id.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping

from serverless_runtime.shared.environment import MissingSettingsError

COMPONENT = "Component"
"""Dimension: `<project>-<stack>-<component>`, unique in an account."""

EVENT_TYPE = "EventType"
"""Dimension: the type of an event."""

Values = Mapping[str, tuple[str, float]]
"""Unit and value by the metric's name, such as `{"Sold": ("Count", 1)}`."""

COMPONENT_VARIABLE = "METRICS_COMPONENT"
"""Environment variable with that of a function."""


def own_component(environ: Mapping[str, str] = os.environ) -> str:
    """Return the component that this function belongs to. Raises MissingSettingsError."""
    try:
        return environ[COMPONENT_VARIABLE]
    except KeyError:
        raise MissingSettingsError(f"metrics need {COMPONENT_VARIABLE}") from None


def metrics_line(
    values: Values,
    dimensions: Mapping[str, str],
    *,
    namespace: str,
    at_ms: int,
    totals_by: str | None = None,
) -> str:
    """Return the line, without a line end; `at_ms` is the metrics' timestamp, epoch milliseconds.

    `totals_by` is one of the dimensions: the metrics are emitted a second time with that one alone.
    """
    directive = {
        "Namespace": namespace,
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
    namespace: str,
    totals_by: str | None = None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Print the line."""
    line = metrics_line(
        values, dimensions, namespace=namespace, at_ms=int(clock() * 1000), totals_by=totals_by
    )
    # Not through logging, which would wrap the line in its own record.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Counter:
    """Counts in one namespace, for one component."""

    def __init__(self, namespace: str, component: str) -> None:
        self._namespace = namespace
        self._component = component

    def count(self, name: str, dimensions: Mapping[str, str], *, with_total: bool = False) -> None:
        """Add one to `name`, with dimensions such as `{EVENT_TYPE: "order.placed.v1"}`.

        `with_total` also emits the sum over the component, so that one alarm can watch it.
        """
        write_metrics(
            {name: ("Count", 1)},
            {COMPONENT: self._component, **dimensions},
            namespace=self._namespace,
            totals_by=COMPONENT if with_total else None,
        )
