"""The alarm on one route: an API's own counts it among all others."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.http_api import HttpApi
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from pulumi_serverless.blocks.monitoring.http_api_alarms import error_percentage


@dataclass(frozen=True, kw_only=True)
class RouteThresholds(Arguments):
    """Thresholds of each route's alarm, which fires at the percentage and above."""

    error_percent: Annotated[int, Between(1, 100)] = 10
    """Percentage of 5xx responses of the route in five minutes, 1 to 100."""

    minimum_requests: Annotated[int, Between(1, 1_000_000)] = 5
    """Minimum number of requests of the route in five minutes for it to count, 1 or more."""


def route_alarm(
    route_key: str, api: HttpApi, *, thresholds: RouteThresholds, foundation: Foundation
) -> AlarmArgs:
    """Return the alarm on a route that fails."""
    return AlarmArgs(
        id="back-end-errors",
        description=f"At least {thresholds.error_percent} % of the requests to {route_key} got a "
        "5xx response in the last five minutes: what is behind this route is broken.",
        metric=error_percentage(
            functools.partial(api.route_metric, route_key), thresholds.minimum_requests
        ),
        threshold=thresholds.error_percent,
        period_seconds=300,
        foundation=foundation,
    )
