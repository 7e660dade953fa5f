"""The alarms on an HTTP API: failed requests, and slow ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments, checked
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.metric import MathExpression, Metric, Statistic
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class ApiThresholds(Arguments):
    """Thresholds of an API's alarms; each alarm fires at its threshold and above."""

    error_percent: Annotated[int, Between(1, 100)] = 5
    """Percentage of 5xx responses in five minutes, 1 to 100."""

    minimum_requests: Annotated[int, Between(1, 1_000_000)] = 10
    """Minimum number of requests in five minutes for the percentage to count, 1 or more."""

    latency_ms: Annotated[int, Between(1, 30_000)] = 3_000
    """99th percentile of the latency in milliseconds, 1 to 30000 (API Gateway's timeout). A cold
    start takes one or two seconds; three are more than that."""


def error_percentage(
    metric: Callable[[str, Statistic], Metric], minimum_requests: int
) -> MathExpression:
    """Return the percentage of 5xx responses, of an API or of one route; 0 for few requests.

    `metric` returns what API Gateway publishes about it.
    """
    return MathExpression(
        expression=f"IF(requests >= {minimum_requests}, 100 * errors / requests, 0)",
        metrics={"errors": metric("5xx", "Sum"), "requests": metric("Count", "Sum")},
    )


@checked
def api_alarms(
    name: str, api: HttpApi, *, thresholds: ApiThresholds, foundation: Foundation
) -> list[AlarmArgs]:
    """Return both alarms of the service `name`. Without requests there are no metrics."""
    errors = AlarmArgs(
        id="api-errors",
        description=f"At least {thresholds.error_percent} % of the requests to the API of {name} "
        "got a 5xx response in the last five minutes: clients see errors.",
        metric=error_percentage(api.metric, thresholds.minimum_requests),
        threshold=thresholds.error_percent,
        period_seconds=_FIVE_MINUTES,
        foundation=foundation,
    )
    latency = AlarmArgs(
        id="api-latency",
        description=f"The 99th percentile of the latency of the API of {name} was at least "
        f"{thresholds.latency_ms} ms for ten minutes: clients wait.",
        metric=api.metric("Latency", "p99"),
        threshold=thresholds.latency_ms,
        period_seconds=_FIVE_MINUTES,
        # After a deployment every function has one cold start.
        evaluation_periods=2,
        foundation=foundation,
    )
    return [errors, latency]
