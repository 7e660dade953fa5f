"""The alarms on a service: its own failures, and the calls that had no answer."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

from pulumi_serverless.blocks.argument_checks import Between
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.lambda_function import LambdaFunction
from pulumi_serverless.blocks.metric import Metric, own_metric
from pulumi_serverless.blocks.monitoring.alarm import AlarmArgs
from serverless_runtime.service_calls.metrics import NAMESPACE, REASON, UNANSWERED

_FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class ServiceThresholds(Arguments):
    """Each alarm fires at its threshold and above."""

    errors: Annotated[int, Between(1, 1_000_000)] = 5
    """Invocations that failed in five minutes, 1 or more."""

    throttles: Annotated[int, Between(1, 1_000_000)] = 5
    """Invocations that Lambda throttled in five minutes, 1 or more: nobody retries them later."""

    unanswered: Annotated[int, Between(1, 1_000_000)] = 5
    """Calls without an answer in five minutes, 1 or more, as their callers count them."""

    slow_percent: Annotated[int, Between(1, 100)] = 80
    """99th percentile of the duration in percent of the budget, 1 to 100."""


def unanswered_metric(name: str, reason: str | None = None) -> Metric:
    """The calls of the service that had no answer, all or those with one reason."""
    dimensions = {} if reason is None else {REASON: reason}
    return own_metric(NAMESPACE, UNANSWERED, "Sum", component=name, dimensions=dimensions)


def service_alarms(
    name: str,
    *,
    function: LambdaFunction,
    budget_seconds: float,
    thresholds: ServiceThresholds,
    foundation: Foundation,
) -> list[AlarmArgs]:
    """Return the alarms on a service that fails, is throttled or slow, and on lost answers."""
    alarm = functools.partial(AlarmArgs, foundation=foundation, period_seconds=_FIVE_MINUTES)
    return [
        alarm(
            id="service-errors",
            description=f"The service {name} failed {thresholds.errors} times in five minutes: its "
            "callers get FaultError, and repeat safe operations once.",
            metric=function.metric("Errors", "Sum"),
            threshold=thresholds.errors,
        ),
        alarm(
            id="service-throttled",
            description=f"Lambda throttled the service {name} {thresholds.throttles} times in five "
            "minutes: its callers get ThrottledError at once, and nothing is done later.",
            metric=function.metric("Throttles", "Sum"),
            threshold=thresholds.throttles,
        ),
        alarm(
            id="service-slow",
            description=f"One call in a hundred of the service {name} took at least "
            f"{thresholds.slow_percent} % of the {budget_seconds:g} s that its callers wait, in "
            "two of the last three periods of five minutes.",
            # In milliseconds.
            metric=function.metric("Duration", "p99"),
            threshold=budget_seconds * 10 * thresholds.slow_percent,
            evaluation_periods=3,
            datapoints_to_alarm=2,
        ),
        alarm(
            id="service-unanswered",
            description=f"Calls of the service {name} ended {thresholds.unanswered} times in five "
            "minutes without an answer, also not to a retry.",
            metric=unanswered_metric(name),
            threshold=thresholds.unanswered,
        ),
    ]
