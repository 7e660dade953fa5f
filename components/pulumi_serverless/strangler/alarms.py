"""The alarms on a facade: routes that fail, sides that differ, and a legacy that is gone."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.metric import MathExpression, Metric, own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from serverless_runtime.strangler.metrics import (
    BY_LEGACY,
    BY_NEW,
    DIFFERENT,
    LEGACY_UNREACHABLE,
    NAMESPACE,
    ROUTE,
    SERVER_ERRORS,
    STAGES_UNREADABLE,
)
from serverless_runtime.strangler.settings.stages import SHADOWED_METHODS

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class StranglerThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    error_percent: Annotated[int, Between(1, 100)] = 5
    """Percentage of a route's requests that got a 5xx in five minutes, 1 to 100."""

    minimum_requests: Annotated[int, Between(1, 1_000_000)] = 10
    """Minimum number of requests to a route in five minutes for the percentage to count, 1 or
    more."""

    different: Annotated[int, Between(1, 1_000_000)] = 1
    """Answers of a route in shadow that differed in five minutes, 1 or more."""

    unreachable: Annotated[int, Between(1, 1_000_000)] = 5
    """Requests that the old system did not answer in five minutes, 1 or more."""

    router_errors: Annotated[int, Between(1, 1_000_000)] = 5
    """Runs of the router that failed or were throttled in five minutes, 1 or more."""

    unreadable: Annotated[int, Between(1, 1_000_000)] = 3
    """Attempts to read the stages that failed in five minutes, 1 or more."""


def route_metric(name: str, metric: str, route_key: str) -> Metric:
    """One of the metrics about a route of the facade."""
    return own_metric(NAMESPACE, metric, "Sum", component=name, dimensions={ROUTE: route_key})


def route_alarms(
    name: str, route_key: str, *, thresholds: StranglerThresholds, foundation: Foundation
) -> Iterator[AlarmArgs]:
    """Yield the alarms on one route."""
    alarm = functools.partial(AlarmArgs, foundation=foundation, period_seconds=_FIVE_MINUTES)
    requests = "(FILL(by_legacy, 0) + FILL(by_new, 0))"
    yield alarm(
        id="route-errors",
        description=f"At least {thresholds.error_percent} % of the requests to {route_key} of "
        f"{name} got a 5xx response in the last five minutes, from whichever side answers it.",
        metric=MathExpression(
            expression=f"IF({requests} >= {thresholds.minimum_requests}, "
            f"100 * FILL(errors, 0) / {requests}, 0)",
            metrics={
                "errors": route_metric(name, SERVER_ERRORS, route_key),
                "by_legacy": route_metric(name, BY_LEGACY, route_key),
                "by_new": route_metric(name, BY_NEW, route_key),
            },
        ),
        threshold=thresholds.error_percent,
    )
    if route_key.partition(" ")[0] in SHADOWED_METHODS:
        yield alarm(
            id="shadow-different",
            description=f"{route_key} of {name} is in shadow, and the new side answered "
            "differently from the old system, which clients got: it is not ready to take over.",
            metric=route_metric(name, DIFFERENT, route_key),
            threshold=thresholds.different,
        )


def facade_alarms(
    name: str,
    router: PythonFunction,
    *,
    thresholds: StranglerThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on what all routes of a router share."""
    alarm = functools.partial(AlarmArgs, foundation=foundation, period_seconds=_FIVE_MINUTES)
    return [
        alarm(
            id="legacy-unreachable",
            description=f"The old system behind {name} did not answer {thresholds.unreachable} "
            "requests in five minutes, or not in time: their clients got 503 or 504.",
            metric=own_metric(NAMESPACE, LEGACY_UNREACHABLE, "Sum", component=name),
            threshold=thresholds.unreachable,
        ),
        alarm(
            id="stages-unreadable",
            description=f"The router of {name} cannot read the stages of its routes: it goes on "
            "with the last ones, new instances send everything to the old system, and ops "
            "strangler set has no effect.",
            metric=own_metric(NAMESPACE, STAGES_UNREADABLE, "Sum", component=name),
            threshold=thresholds.unreadable,
        ),
        alarm(
            id="router-errors",
            description=f"The router of {name} failed or was throttled "
            f"{thresholds.router_errors} times in five minutes: clients of all moving routes see "
            "errors, whichever side is well.",
            metric=router.failed_runs(),
            threshold=thresholds.router_errors,
        ),
    ]
