"""The alarms on a gatekeeper: requests that it could not decide on, slowness, and refusals."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.metric import MathExpression, Metric, own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from serverless_runtime.gatekeeper.metrics import DECISIONS, NAMESPACE, REASON, REFUSED

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class GatekeeperThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    errors: Annotated[int, Between(1, 1_000_000)] = 1
    """Decisions that failed or were throttled in five minutes, 1 or more: each is a 500."""

    slow_ms: Annotated[int, Between(1, 10_000)] = 1_000
    """99th percentile of the time that a decision takes, 1 to 10000."""

    refused_percent: Annotated[int, Between(1, 100)] = 50
    """Percentage of decisions against the caller in five minutes, 1 to 100."""

    minimum_decisions: Annotated[int, Between(1, 1_000_000)] = 5
    """Minimum number of decisions in five minutes for the percentage to count, 1 or more. Refusals
    are cached, too: a key counts once for each route in `cache_seconds`, however often it calls."""


def decisions_metric(name: str, metric: str, reason: str | None = None) -> Metric:
    """One of the gatekeeper's metrics; of refusals all, or those with one reason."""
    dimensions = {} if reason is None else {REASON: reason}
    return own_metric(NAMESPACE, metric, "Sum", component=name, dimensions=dimensions)


def gatekeeper_alarms(
    name: str,
    *,
    function: LambdaFunction,
    thresholds: GatekeeperThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on a function that fails, is slow, or refuses many."""
    alarm = functools.partial(AlarmArgs, foundation=foundation, period_seconds=_FIVE_MINUTES)
    return [
        alarm(
            id="authorizer-errors",
            description=f"The gatekeeper {name} failed or was throttled {thresholds.errors} times "
            "in five minutes: these callers got a 500, whatever their keys.",
            metric=function.failed_runs(),
            threshold=thresholds.errors,
        ),
        alarm(
            id="authorizer-slow",
            description=f"One decision in a hundred of the gatekeeper {name} took at least "
            f"{thresholds.slow_ms} ms in two of the last three periods of five minutes: requests "
            "wait for it, and get a 500 after 10 s.",
            metric=function.metric("Duration", "p99"),
            threshold=thresholds.slow_ms,
            evaluation_periods=3,
            datapoints_to_alarm=2,
        ),
        alarm(
            id="callers-refused",
            description=f"At least {thresholds.refused_percent} % of the decisions of the "
            f"gatekeeper {name} in the last five minutes were against the caller.",
            metric=MathExpression(
                expression=f"IF(decisions >= {thresholds.minimum_decisions}, "
                "100 * FILL(refused, 0) / decisions, 0)",
                metrics={
                    "decisions": decisions_metric(name, DECISIONS),
                    "refused": decisions_metric(name, REFUSED),
                },
            ),
            threshold=thresholds.refused_percent,
        ),
    ]
